import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Umzug } from 'umzug';
import { DB_DIRECTORY } from './catalogue.js';
import { Session } from './session.js';

export interface MigratorOptions {
  /** PostgreSQL itself, not a pooler: the lock lasts as long as the session. */
  readonly directUrl: string;
  readonly log?: (message: string) => void;
  /** Folder with `NNNN_name.up.sql` and `.down.sql`; the repository's own by default. */
  readonly directory?: string;
  /** Milliseconds to wait for another migration run to end. */
  readonly lockTimeoutMs?: number;
}

export interface MigrationStatus {
  readonly name: string;
  /** Undefined: pending. */
  readonly appliedAt: Date | undefined;
  /** The file is not what was run. */
  readonly changed: boolean;
}

interface MigrationFile {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly checksum: string;
}

const LOCK_RETRY_MS = 200;
const LOCK_TIMEOUT_MS = 60_000;

/** Runs all pending migrations, then the grants. Returns the names of those it ran. */
export async function migrateUp(options: MigratorOptions): Promise<string[]> {
  return withMigrator(options, async ({ umzug, session, files }) => {
    refuseChanged(await statusOf(session, files));
    const done = await umzug.up();
    await session.script(await readFile(path.join(DB_DIRECTORY, 'grants.sql'), 'utf8'));
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
  const files = await readMigrations(options.directory ?? path.join(DB_DIRECTORY, 'migrations'));
  const session = await Session.open(options.directUrl, 'docling-jobs-migrate');
  try {
    await takeLock(session, options.lockTimeoutMs ?? LOCK_TIMEOUT_MS);
    await session.query('migrations/create-table', []);
    return await work({ umzug: buildUmzug(session, files, options.log), session, files });
  } finally {
    await session.close();
  }
}

function buildUmzug(session: Session, files: readonly MigrationFile[], log?: (message: string) => void): Umzug {
  const say = (message: Record<string, unknown>) =>
    log?.(`${String(message['event'])} ${String(message['name'] ?? '')}`);
  return new Umzug({
    context: {},
    migrations: files.map((file) => ({
      name: file.name,
      up: () =>
        session.transaction(async () => {
          await session.script(file.up);
          await session.query('migrations/note-applied', [file.name, file.checksum]);
        }),
      down: () =>
        session.transaction(async () => {
          await session.script(file.down);
          await session.query('migrations/forget-applied', [file.name]);
        }),
    })),
    storage: {
      executed: async () => (await session.query('migrations/list-applied', [])).map(({ name }) => name),
      // Noting is part of each migration's own transaction above, so that a crash cannot part the two.
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.resolve(),
    },
    logger: { info: say, warn: say, error: say, debug: () => undefined },
  });
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

async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const names = (await readdir(directory)).filter((file) => file.endsWith('.up.sql')).sort();
  return Promise.all(
    names.map(async (file) => {
      const name = file.slice(0, -'.up.sql'.length);
      const up = await readFile(path.join(directory, file), 'utf8');
      const down = await readFile(path.join(directory, `${name}.down.sql`), 'utf8');
      return { name, up, down, checksum: createHash('sha256').update(up).digest('hex') };
    }),
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
