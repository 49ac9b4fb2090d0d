import { migrateUp, migrationStatus } from '../../database/migrator.js';
import { readMigrations, type MigrationFile } from '../../database/migration-files.js';
import { Session } from '../../database/session.js';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.js';
import { readSchema } from '../schema/read-schema.js';
import { lossesOf } from './losses.js';
import { readReference, type Reference } from './reference.js';
import { withScratchServer, type ScratchServer } from './scratch-server.js';
import { runStep, type Direction, type DrillStep, type StepContext } from './step.js';
import { PartReader } from './tables.js';

export interface DrillOptions {
  /** Folder with the migrations; the repository's own by default. */
  readonly directory?: string;
  /** Brings the data into an empty database; may run some or all of the migrations for it. */
  readonly load: (server: ScratchServer) => Promise<void>;
  /** Adds rows to the newest schema, so that there are some of every kind. */
  readonly complete: (url: string) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly onStep?: (step: DrillStep) => void;
}

export interface DrillReport {
  /** Whether there is no doubt. */
  readonly ok: boolean;
  readonly startedAt: string;
  readonly durationMs: number;
  /** Of all tables and their indexes, before the first way down. */
  readonly databaseBytes: number;
  /** Of tables, before the first way down. */
  readonly rows: Readonly<Record<string, number>>;
  readonly steps: readonly DrillStep[];
  /** Those that belong to no step. */
  readonly problems: readonly string[];
}

/**
 * Runs every migration down, up again and down on a scratch server with data, from the newest to the first, then all of
 * them up. After each step the schema has to be what the migrations make of an empty database, and the data that which the
 * file's header promises to keep. Stops after the first step that leaves a doubt.
 *
 * @throws Error when there is nothing to judge: a header is missing, the data cannot be loaded, or the signal came
 */
export async function drillMigrations(options: DrillOptions): Promise<DrillReport> {
  const began = Date.now();
  const migrations = await readMigrations(options.directory);
  for (const { name, down } of migrations) lossesOf(name, down); // says what is wrong before anything is made
  options.log('running all migrations in an empty database');
  const reference = await withScratchServer(options, ({ url }) => readReference(url, options.directory, migrations));
  return withScratchServer(options, async (server) => {
    options.log('loading the data');
    await options.load(server);
    const session = await Session.open(server.url, 'docling-jobs-drill');
    try {
      const walk = new Walk(options, server.url, session, migrations, reference);
      const found = await walk.run();
      const ok = found.problems.length === 0 && found.steps.every(({ problems }) => problems.length === 0);
      return { ok, startedAt: new Date(began).toISOString(), durationMs: Date.now() - began, ...found };
    } finally {
      await session.close();
    }
  });
}

type Found = Pick<DrillReport, 'databaseBytes' | 'rows' | 'steps' | 'problems'>;

/** One drill's way through the migrations. */
class Walk {
  private readonly steps: DrillStep[] = [];
  private readonly context: StepContext;
  private readonly migratorOptions: { directUrl: string; directory?: string };

  constructor(
    private readonly options: DrillOptions,
    url: string,
    private readonly session: Session,
    private readonly migrations: readonly MigrationFile[],
    private readonly reference: Reference,
  ) {
    const { directory } = options;
    this.migratorOptions = { directUrl: url, ...(directory !== undefined && { directory }) };
    this.context = { url, directory, session, reader: new PartReader(session) };
  }

  async run(): Promise<Found> {
    const pending = await this.countPending();
    let sized: Pick<Found, 'databaseBytes' | 'rows'> = { databaseBytes: 0, rows: {} };
    for (let index = this.migrations.length - pending; index < this.migrations.length; index += 1) {
      if (!(await this.step(index, 'up'))) return { ...sized, steps: this.steps, problems: [] };
    }
    const drift = await this.finish('the loaded database');
    if (drift.length > 0) return { ...sized, steps: this.steps, problems: drift };
    await this.options.complete(this.migratorOptions.directUrl);
    sized = await this.measure();
    for (let index = this.migrations.length - 1; index >= 0; index -= 1) {
      for (const direction of ['down', 'up again', 'down again'] as const) {
        if (!(await this.step(index, direction))) return { ...sized, steps: this.steps, problems: [] };
      }
    }
    return { ...sized, steps: this.steps, problems: await this.finish('the database that went all the way') };
  }

  private async countPending(): Promise<number> {
    const states = await migrationStatus(this.migratorOptions);
    return states.filter(({ appliedAt }) => appliedAt === undefined).length;
  }

  /** Whether it left no doubt. */
  private async step(index: number, direction: Direction): Promise<boolean> {
    const migration = this.migrations[index];
    const expected = this.reference.schemas[direction.startsWith('down') ? index : index + 1];
    if (!migration || !expected) return false;
    const step = await runStep(this.context, { migration, direction, expected });
    this.steps.push(step);
    this.options.onStep?.(step);
    return step.problems.length === 0;
  }

  /** Runs what is pending and gives the rights; the schema has to be the one that all migrations make, rights and all. */
  private async finish(what: string): Promise<string[]> {
    await migrateUp(this.migratorOptions);
    this.context.reader.forget();
    const differences = compareSchemas(this.reference.final, await readSchema(this.session));
    return differences.map((each) => `${what}: ${describeDifference(each)}`);
  }

  private async measure(): Promise<Pick<Found, 'databaseBytes' | 'rows'>> {
    this.context.reader.forget();
    const tables = await this.session.query('contents/list-tables', []);
    const rows: Record<string, number> = {};
    for (const { name } of tables) rows[name] = (await this.context.reader.read(name, [])).rows;
    return { databaseBytes: tables.reduce((sum, { bytes }) => sum + bytes, 0), rows };
  }
}
