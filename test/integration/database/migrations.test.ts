/** @direct migrations hold an advisory lock of their session */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { DB_DIRECTORY } from '../../../src/database/catalogue.js';
import { migrateDown, migrateUp, migrationStatus } from '../../../src/database/migrator.js';
import { Session } from '../../../src/database/session.js';
import { readContents } from '../../../src/operations/contents/read-contents.js';
import { readSchema } from '../../../src/operations/schema/read-schema.js';
import { until } from '../../support/until.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

describe('migrations', () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-migrations-'));
    await cp(path.join(DB_DIRECTORY, 'migrations'), folder, { recursive: true });
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const options = (extra = {}) => ({ directUrl: database.migrationUrl, directory: folder, ...extra });
  const addMigration = async (up: string, down = 'SELECT 1;') => {
    await writeFile(path.join(folder, '9000_extra.up.sql'), up);
    await writeFile(path.join(folder, '9000_extra.down.sql'), down);
  };
  /** All objects, and the transitions that are allowed. */
  const describeDatabase = async () => {
    const session = await Session.open(database.superuserUrl, 'test');
    try {
      const { tables } = await session.transaction(() => readContents(session));
      return {
        objects: await readSchema(session),
        transitions: tables.find(({ name }) => name === 'public.job_status_transitions'),
      };
    } finally {
      await session.close();
    }
  };
  const tableExists = async (name: string) =>
    (await database.row<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [name])).found;

  test('when every migration goes down and up again, one by one, then the schema is what it was', async () => {
    const before = await describeDatabase();
    const names = (await migrationStatus(options())).map(({ name }) => name);

    for (const name of names.toReversed()) expect(await migrateDown(options())).toEqual([name]);
    expect(await tableExists('jobs')).toBe(false);
    expect(await migrateUp(options())).toEqual(names);

    expect(await describeDatabase()).toEqual(before);
  });

  test('when all went down at once, then only the table of migrations is left', async () => {
    await migrateDown(options(), 0);

    const objects = await database.rows<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
       UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
       UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
    );
    expect(objects).toEqual([{ name: 'schema_migrations' }]);
  });

  test('when all were run, then running them again does nothing', async () => {
    expect(await migrateUp(options())).toEqual([]);
  });

  test('when a migration fails, then nothing of it is left and it is still pending', async () => {
    await addMigration('CREATE TABLE half (id int); SELECT 1 / 0;');

    await expect(migrateUp(options())).rejects.toThrow('division by zero');

    expect(await tableExists('half')).toBe(false);
    expect(await migrationStatus(options())).toContainEqual({
      name: '9000_extra',
      appliedAt: undefined,
      changed: false,
    });
  });

  test('when several run at once, then each migration is run once', async () => {
    await addMigration('CREATE TABLE once (id int);', 'DROP TABLE once;');

    const runs = await Promise.all([1, 2, 3, 4].map(() => migrateUp(options())));

    expect(runs.flat()).toEqual(['9000_extra']);
  });

  test('when another run holds the lock too long, then it says so and does nothing', async () => {
    await addMigration('CREATE TABLE late (id int);');
    const other = new pg.Client({ connectionString: database.migrationUrl });
    await other.connect();
    await other.query('SELECT pg_advisory_lock(28269970482359911)');
    try {
      await expect(migrateUp(options({ lockTimeoutMs: 300 }))).rejects.toThrow('Another migration run');
      expect(await tableExists('late')).toBe(false);
    } finally {
      await other.end();
    }
  });

  test('when it is told how far to go, then it goes so far, and gives no rights yet', async () => {
    await migrateDown(options(), 0);

    expect(await migrateUp(options(), '0002_jobs')).toEqual(['0001_clients', '0002_jobs']);

    const { allowed } = await database.row<{ allowed: boolean }>(
      `SELECT has_table_privilege('docling_app', 'jobs', 'SELECT') AS allowed`,
    );
    expect(allowed).toBe(false);
  });

  describe('outside a transaction', () => {
    const CREATE = '-- transaction: none\nCREATE INDEX CONCURRENTLY IF NOT EXISTS extra ON jobs (file_name);';
    const DROP = '-- transaction: none\nDROP INDEX CONCURRENTLY IF EXISTS extra;';
    const isValid = async () =>
      (
        await database.rows<{ valid: boolean }>(
          "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('extra')",
        )
      )[0]?.valid;

    test('when an index is made and dropped concurrently, then both work, and writers need not wait', async () => {
      await addMigration(CREATE, DROP);
      // A writer that has not ended: an index that is not made concurrently would wait for it.
      await database.rows('BEGIN');
      await database.rows('LOCK TABLE jobs IN ROW EXCLUSIVE MODE');
      const run = migrateUp(options());
      await until(async () => (await isValid()) === false);
      await database.rows('COMMIT');

      expect(await run).toEqual(['9000_extra']);
      expect(await isValid()).toBe(true);
      expect(await migrateDown(options())).toEqual(['9000_extra']);
      expect(await isValid()).toBeUndefined();
    });

    test('when a run before it was killed, then the unfinished index is made anew', async () => {
      await addMigration(CREATE, DROP);
      await database.rows('CREATE INDEX extra ON jobs (file_name)');
      await database.rows("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'extra'::regclass");

      expect(await migrateUp(options())).toEqual(['9000_extra']);
      expect(await isValid()).toBe(true);
    });

    test('when a run before it was killed before it noted the finished index, then it is noted', async () => {
      await addMigration(CREATE, DROP);
      await database.rows('CREATE INDEX extra ON jobs (file_name)');
      await database.rows('ALTER TABLE jobs OWNER TO docling_migration');

      expect(await migrateUp(options())).toEqual(['9000_extra']);
    });

    test.each([
      ['-- transaction: none\nCREATE INDEX CONCURRENTLY extra ON jobs (file_name);'],
      ['-- transaction: none\nCREATE INDEX CONCURRENTLY IF NOT EXISTS extra ON jobs (file_name); SELECT 1;'],
      ['-- transaction: none\nUPDATE jobs SET max_retries = 4;'],
    ])('when a file asks for it that could not be repeated after a crash, then nothing is run: %j', async (up) => {
      await addMigration(up, DROP);

      await expect(migrateUp(options())).rejects.toThrow('9000_extra says "transaction: none", so it has to be one');
    });
  });

  test('when the file of a migration that was run is changed, then it is refused by name', async () => {
    await writeFile(path.join(folder, '0001_clients.up.sql'), 'SELECT 1;');

    await expect(migrateUp(options())).rejects.toThrow('0001_clients');
  });

  test('when the server is not there, then the error is E401', async () => {
    await expect(migrateUp(options({ directUrl: 'postgres://x:y@127.0.0.1:1/none' }))).rejects.toMatchObject({
      code: 'E401',
    });
  });

  test('when a new table comes, then the application may not touch it until it is granted', async () => {
    await addMigration('CREATE TABLE fresh (id int);', 'DROP TABLE fresh;');
    await migrateUp(options());

    const { allowed } = await database.row<{ allowed: boolean }>(
      `SELECT has_table_privilege('docling_app', 'fresh', 'SELECT, INSERT, UPDATE, DELETE') AS allowed`,
    );
    expect(allowed).toBe(false);
  });
});
