import { migrateUp, migrationStatus } from '../../database/migrator.js';
import { readMigrations, type MigrationFile } from '../../database/migration-files.js';
import { Session } from '../../database/session.js';
import { readSchema } from '../schema/read-schema.js';
import type { Reference } from './reference.js';
import { schemaDifferences } from './schema-differences.js';
import { runStep, type Direction, type DrillStep, type StepContext } from './step.js';
import { PartReader } from './tables.js';

export interface WalkOptions {
  /** Of the schema's owner, for a database that may lose all of its data. */
  readonly url: string;
  /** Folder with the migrations; the repository's own by default. */
  readonly directory?: string;
  readonly reference: Reference;
  /** Adds rows to the newest schema, so that there are some of every kind. */
  readonly complete: (url: string) => Promise<void>;
  readonly onStep?: (step: DrillStep) => void;
}

export interface Walked {
  /** Whether there is no doubt. */
  readonly ok: boolean;
  /** Of all tables and their indexes, before the first way down. */
  readonly databaseBytes: number;
  /** Of tables, before the first way down. */
  readonly rows: Readonly<Record<string, number>>;
  readonly steps: readonly DrillStep[];
  /** Those that belong to no step. */
  readonly problems: readonly string[];
}

/**
 * Runs what is pending; then every migration down, up again and down, from the newest to the first; then all of them up.
 * After each step the schema has to be what the migrations make of an empty database, and the data that which the file's
 * header promises to keep. Stops after the first step that leaves a doubt.
 *
 * @throws Error when the database cannot be reached, or a header is missing
 */
export async function walkMigrations(options: WalkOptions): Promise<Walked> {
  const migrations = await readMigrations(options.directory);
  const session = await Session.open(options.url, 'docling-jobs-drill');
  try {
    return await new Walk(options, session, migrations).run();
  } finally {
    await session.close();
  }
}

type Size = Pick<Walked, 'databaseBytes' | 'rows'>;

/** One way through the migrations. */
class Walk {
  private readonly steps: DrillStep[] = [];
  private readonly context: StepContext;
  private readonly migratorOptions: { directUrl: string; directory?: string };
  private size: Size = { databaseBytes: 0, rows: {} };

  constructor(
    private readonly options: WalkOptions,
    private readonly session: Session,
    private readonly migrations: readonly MigrationFile[],
  ) {
    const { url, directory } = options;
    this.migratorOptions = { directUrl: url, ...(directory !== undefined && { directory }) };
    this.context = { url, directory, session, reader: new PartReader(session) };
  }

  async run(): Promise<Walked> {
    const problems = await this.walk();
    const ok = problems.length === 0 && this.steps.every((step) => step.problems.length === 0);
    return { ok, ...this.size, steps: this.steps, problems };
  }

  /** Problems that belong to no step. */
  private async walk(): Promise<string[]> {
    const count = this.migrations.length;
    for (let index = count - (await this.countPending()); index < count; index += 1) {
      if (!(await this.step(index, 'up'))) return [];
    }
    const drift = await this.finish('the loaded database');
    if (drift.length > 0) return drift;
    await this.options.complete(this.options.url);
    this.size = await this.measure();
    for (let index = count - 1; index >= 0; index -= 1) {
      for (const direction of ['down', 'up again', 'down again'] as const) {
        if (!(await this.step(index, direction))) return [];
      }
    }
    return this.finish('the database that went all the way');
  }

  private async countPending(): Promise<number> {
    const states = await migrationStatus(this.migratorOptions);
    return states.filter(({ appliedAt }) => appliedAt === undefined).length;
  }

  /** Whether it left no doubt. */
  private async step(index: number, direction: Direction): Promise<boolean> {
    const migration = this.migrations[index];
    const expected = this.options.reference.schemas[direction.startsWith('down') ? index : index + 1];
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
    const differences = schemaDifferences(this.options.reference.final, await readSchema(this.session));
    return differences.map((each) => `${what}: ${each}`);
  }

  private async measure(): Promise<Size> {
    this.context.reader.forget();
    const tables = await this.session.query('contents/list-tables', []);
    const rows: Record<string, number> = {};
    for (const { name } of tables) rows[name] = (await this.context.reader.read(name, [])).rows;
    return { databaseBytes: tables.reduce((sum, { bytes }) => sum + bytes, 0), rows };
  }
}
