import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Umzug } from 'umzug';
import { DB_DIRECTORY } from './catalogue.js';
import { concurrentIndex, readMigrations, type MigrationFile } from './migration-files.js';
import { Session } from './session.js';

export interface MigratorOptions {
  /** PostgreSQL itself, not a pooler: the lock lasts as long as the session. */
  readonly directUrl: string;
  readonly log?: (message: string) => void;
  /** Folder with `NNNN_name.up.sql` and `.down.sql`; the repository's own by default. */
  readonly directory?: string;
  /** Milliseconds to wait for another migration run to end. */
  readonly lockTimeoutMs?: number;
  /** Looks at each migration's transaction at its end; not called for those that have none. */
  readonly beforeCommit?: (session: Session) => Promise<void>;
}

export interface MigrationStatus {
  readonly name: string;
  /** Undefined: pending. */
  readonly appliedAt: Date | undefined;
  /** The file is not what was run. */
  readonly changed: boolean;
}

const LOCK_RETRY_MS = 200;
const LOCK_TIMEOUT_MS = 60_000;

/**
 * Runs all pending migrations, then the grants. With `to`, those up to and including that one, and no grants: they are for
 * the newest schema. Returns the names of those it ran.
 */
export async function migrateUp(options: MigratorOptions, to?: string): Promise<string[]> {
  return withMigrator(options, async ({ umzug, session, files }) => {
    refuseChanged(await statusOf(session, files));
    const done = await umzug.up(to === undefined ? {} : { to });
    if (to === undefined) await session.script(await readFile(path.join(DB_DIRECTORY, 'grants.sql'), 'utf8'));
    return done.map(({ name }) => name);
  });
}

/** Undoes the newest migration, or, with `to`, all from the newest down to and including that one; `to: 0` undoes all. */
export async function migrateDown(options: MigratorOptions, to?: string | 0): Promise<string[]> {
  return withMigrator(options, async ({ umzug }) => {
    const done = await umzug.down(to === undefined ? {} : { to: to as string });
    return done.map(({ name }) => name);
  });
}

/** Every migration that is a file or was run, in order. */
export async function migrationStatus(options: MigratorOptions): Promise<MigrationStatus[]> {
  return withMigrator(options, ({ session, files }) => statusOf(session, files));
}

interface Migrator {
  readonly umzug: Umzug;
  readonly session: Session;
  readonly files: readonly MigrationFile[];
}

/** Opens a connection of its own, takes the lock that lets one run at a time, and gives both back. */
async function withMigrator<T>(options: MigratorOptions, work: (migrator: Migrator) => Promise<T>): Promise<T> {
  const files = await readMigrations(options.directory);
  const session = await Session.open(options.directUrl, 'docling-jobs-migrate');
  try {
    await takeLock(session, options.lockTimeoutMs ?? LOCK_TIMEOUT_MS);
    await session.query('migrations/create-table', []);
    return await work({ umzug: buildUmzug(session, files, options), session, files });
  } finally {
    await session.close();
  }
}

function buildUmzug(session: Session, files: readonly MigrationFile[], options: MigratorOptions): Umzug {
  const say = (message: Record<string, unknown>) =>
    options.log?.(`${String(message['event'])} ${String(message['name'] ?? '')}`);
  const run = (name: string, sql: string, note: () => Promise<unknown>) =>
    runMigration(session, { name, sql, note, beforeCommit: options.beforeCommit });
  return new Umzug({
    context: {},
    migrations: files.map(({ name, up, down, checksum }) => ({
      name,
      up: () => run(name, up, () => session.query('migrations/note-applied', [name, checksum])),
      down: () => run(name, down, () => session.query('migrations/forget-applied', [name])),
    })),
    storage: {
      executed: async () => (await session.query('migrations/list-applied', [])).map(({ name }) => name),
      // Noting is part of each migration's own transaction, so that a crash cannot part the two.
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.resolve(),
    },
    logger: { info: say, warn: say, error: say, debug: () => undefined },
  });
}

interface MigrationRun {
  readonly name: string;
  readonly sql: string;
  /** Notes in the database that it was run or undone. */
  readonly note: () => Promise<unknown>;
  readonly beforeCommit: MigratorOptions['beforeCommit'];
}

async function runMigration(session: Session, { name, sql, note, beforeCommit }: MigrationRun): Promise<void> {
  const index = concurrentIndex(name, sql);
  if (index === undefined) {
    await session.transaction(async () => {
      await session.script(sql);
      await note();
      await beforeCommit?.(session);
    });
    return;
  }
  // After a crash between any two of these lines, all of them do the right thing once more.
  await session.query('server/set-setting', ['docling.index', index]);
  await session.query('migrations/drop-invalid-index', []);
  await session.script(sql);
  await note();
}

async function statusOf(session: Session, files: readonly MigrationFile[]): Promise<MigrationStatus[]> {
  const applied = new Map((await session.query('migrations/list-applied', [])).map((row) => [row.name, row]));
  const byName = new Map(files.map((file) => [file.name, file]));
  return [...new Set([...byName.keys(), ...applied.keys()])].sort().map((name) => {
    const row = applied.get(name);
    const changed = row !== undefined && row.checksum !== byName.get(name)?.checksum;
    return { name, appliedAt: row?.appliedAt, changed };
  });
}

function refuseChanged(status: readonly MigrationStatus[]): void {
  const changed = status.filter((migration) => migration.changed).map(({ name }) => name);
  if (changed.length === 0) return;
  throw new Error(
    `These migrations were run, but their files are missing or have changed since: ${changed.join(', ')}. Restore the files and put the change into a new migration.`,
  );
}

async function takeLock(session: Session, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const [row] = await session.query('migrations/try-lock', []);
    if (row?.locked) return;
    if (Date.now() >= deadline)
      throw new Error(`Another migration run has held the lock for ${timeoutMs} ms; try again when it has ended.`);
    await delay(LOCK_RETRY_MS);
  }
}
