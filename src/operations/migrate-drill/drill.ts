import { readMigrations } from '../../database/migration-files.js';
import { checkHeaders } from './losses.js';
import { readReference } from './reference.js';
import { withScratchServer, type ScratchServer } from './scratch-server.js';
import { walkMigrations, type Walked, type WalkOptions } from './walk.js';

export interface DrillOptions extends Omit<WalkOptions, 'url' | 'reference'> {
  /** Brings the data into an empty database; may run some or all of the migrations for it. */
  readonly load: (server: ScratchServer) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface DrillReport extends Walked {
  readonly startedAt: string;
  readonly durationMs: number;
}

/**
 * Walks through all migrations (`walkMigrations`) on a scratch server that data was loaded into.
 *
 * @throws Error when there is nothing to judge: a header is missing, the data cannot be loaded, or the signal came
 */
export async function drillMigrations(options: DrillOptions): Promise<DrillReport> {
  const began = Date.now();
  const { directory, load, log } = options;
  checkHeaders(await readMigrations(directory)); // before anything is made
  log('running all migrations in an empty database');
  const reference = await withScratchServer(options, ({ url }) => readReference(url, directory));
  return withScratchServer(options, async (server) => {
    log('loading the data');
    await load(server);
    const walked = await walkMigrations({ ...options, url: server.url, reference });
    return { startedAt: new Date(began).toISOString(), durationMs: Date.now() - began, ...walked };
  });
}
