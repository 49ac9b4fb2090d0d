import type { Session } from '../../database/session.js';
import type { Row } from '../../database/database.js';
import { readContents, type Contents } from '../contents/read-contents.js';
import { readSchema, type SchemaObject } from '../schema/read-schema.js';
import { BackupError } from './backup-error.js';
import { runClientProgram } from './client-program.js';
import type { ClientTools } from './client-tools.js';
import type { BackupFormat } from './manifest.js';
import type { Server } from './server.js';

export interface DumpOptions {
  readonly format: BackupFormat;
  /** Tables that are dumped at once; more than one only in the directory format. */
  readonly jobs: number;
  /** 0 (none) to 9. */
  readonly compression: number;
}

export interface Dumping {
  readonly server: Server;
  readonly session: Session;
  readonly tools: ClientTools;
  readonly target: string;
  readonly options: DumpOptions;
  readonly signal: AbortSignal;
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** What was dumped, and what it is to be held against, all of one moment. */
export interface Dumped {
  readonly snapshot: Row<'transactions/export-snapshot'>;
  readonly properties: Row<'backup/describe-database'>;
  readonly schema: readonly SchemaObject[];
  readonly contents: Contents;
  /** Until everything was on disk. */
  readonly seconds: number;
}

/**
 * Dumps the database of `session` with `pg_dump`, and meanwhile reads what it holds in the same snapshot, so that
 * the two agree whatever is written at the time.
 */
export async function dumpDatabase(dumping: Dumping): Promise<Dumped> {
  const { session, server } = dumping;
  return session.transaction(async () => {
    const [snapshot] = await session.query('transactions/export-snapshot', []);
    const [properties] = await session.query('backup/describe-database', [server.database]);
    if (!snapshot || !properties) throw new BackupError(`${server.database} is gone.`);
    const schema = await readSchema(session);
    // Before pg_dump reads them, since no snapshot holds for them: the copy may be ahead of these, never behind.
    const sequences = await session.query('contents/list-sequences', []);
    const stop = new AbortController();
    const started = performance.now();
    const dumped = runPgDump(
      { ...dumping, signal: AbortSignal.any([dumping.signal, stop.signal]) },
      snapshot.snapshot,
    ).then(() => (performance.now() - started) / 1_000);
    try {
      const [{ tables }, seconds] = await Promise.all([readContents(session), dumped]);
      return { snapshot, properties, schema, contents: { tables, sequences }, seconds };
    } finally {
      stop.abort();
      await dumped.catch(() => undefined);
    }
  }, 'transactions/begin-snapshot');
}

function runPgDump(
  { server, tools, target, options: { format, jobs, compression }, signal, onStart }: Dumping,
  snapshot: string,
): Promise<string> {
  const parallel = format === 'directory' ? [`--jobs=${jobs}`] : [];
  const args = [
    `--format=${format}`,
    `--compress=${compression}`,
    `--snapshot=${snapshot}`,
    `--file=${target}`,
    '--lock-wait-timeout=60s',
    '--no-password',
  ];
  return runClientProgram(tools.pgDump, [...args, ...parallel], { environment: server.environment, signal, onStart });
}
