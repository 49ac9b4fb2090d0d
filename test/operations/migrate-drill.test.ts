import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addLiveRows, fillDatabase } from '../../perf/fill/run.mjs';
import { DB_DIRECTORY } from '../../src/database/catalogue.js';
import { readMigrations } from '../../src/database/migration-files.js';
import { migrateDown, migrateUp } from '../../src/database/migrator.js';
import { drillMigrations, type DrillOptions, type DrillReport } from '../../src/operations/migrate-drill/drill.js';
import { readReference } from '../../src/operations/migrate-drill/reference.js';
import { walkMigrations, type Walked } from '../../src/operations/migrate-drill/walk.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** A whole drill starts two servers, a walk goes through some dozens of connections. */
const TIMEOUT_MS = 120_000;

describe('the drill of migrations', () => {
  let folder: string;
  let directory: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-drill-test-'));
    directory = path.join(folder, 'migrations');
    await cp(path.join(DB_DIRECTORY, 'migrations'), directory, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const fill = (url: string) => fillDatabase({ url, jobs: 50, markdownBytes: 100, sessions: 5 });
  /** On servers of its own. */
  const drill = (options: Partial<DrillOptions> = {}): Promise<DrillReport> =>
    drillMigrations({
      directory,
      load: async ({ url }) => {
        await migrateUp({ directUrl: url, directory });
        await fill(url);
      },
      complete: addLiveRows,
      signal: new AbortController().signal,
      log: () => undefined,
      ...options,
    });
  /** In databases of the run's server, `load` first. */
  const walk = async (load: (database: TestDatabase) => Promise<unknown>): Promise<Walked> => {
    const [empty, loaded] = [await createTestDatabase(), await createTestDatabase()];
    try {
      await migrateDown({ directUrl: empty.migrationUrl }, 0);
      const reference = await readReference(empty.migrationUrl, directory);
      await load(loaded);
      return await walkMigrations({ url: loaded.migrationUrl, directory, reference, complete: addLiveRows });
    } finally {
      await empty.drop();
      await loaded.drop();
    }
  };
  const walkFilled = () =>
    walk(async ({ migrationUrl }) => {
      await migrateUp({ directUrl: migrationUrl, directory });
      await fill(migrationUrl);
    });
  const addMigration = async (up: string, down: string) => {
    await writeFile(path.join(directory, '9000_extra.up.sql'), up);
    await writeFile(path.join(directory, '9000_extra.down.sql'), down);
  };
  const replaceIn = async (name: string, text: string, other: string) => {
    const file = path.join(directory, name);
    const source = await readFile(file, 'utf8');
    await writeFile(file, source.replace(text, other));
  };
  /** The step it stopped at, and why. */
  const lastOf = ({ ok, steps }: Walked) => {
    const { migration, direction, problems } = steps.at(-1)!;
    return { ok, migration, direction, problems: problems.join('\n') };
  };
  const scratchFolders = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith(`docling-jobs-drill-${process.pid}-`));

  test(
    'when the migrations are the real ones, then each goes down, up and down, keeps what it says and loses what it says',
    async () => {
      const report = await drill();

      expect({ ok: report.ok, problems: report.problems }).toEqual({ ok: true, problems: [] });
      const names = (await readdir(directory)).filter((name) => name.endsWith('.up.sql'));
      expect(report.steps).toHaveLength(names.length * 3);
      expect(report.rows).toMatchObject({
        'public.jobs': 350,
        'public.job_leases': 200,
        'public.idempotency_keys': 310,
      });
      const down = (migration: string) =>
        report.steps.find((step) => step.migration === migration && step.direction === 'down');
      expect(down('0007_idempotent_requests')?.losses).toEqual([
        { what: 'idempotency_keys.claim_id', rows: 310 },
        { what: 'idempotency_keys (rows where request_hash IS NULL)', rows: 10 },
      ]);
      expect(down('0004_job_leases')).toMatchObject({
        losses: [{ what: 'job_leases (all rows)', rows: 200 }],
        locks: [
          { table: 'public.job_leases', mode: 'AccessExclusiveLock', blocks: 'reads and writes' },
          { table: 'public.jobs', mode: 'AccessExclusiveLock', blocks: 'reads and writes' },
        ],
      });
      expect(await scratchFolders()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test.each([
    {
      sabotage: 'forgets an index',
      up: 'CREATE INDEX extra ON jobs (file_name);',
      down: '-- loses: nothing\nSELECT 1;',
      direction: 'down',
      problems: /index public\.extra is extra/,
    },
    {
      sabotage: 'drops a table that it does not name',
      up: 'SELECT 1;',
      down: '-- loses: nothing\nDROP TABLE job_leases;',
      direction: 'down',
      problems: /public\.job_leases is gone with 200 rows, and no header says so/,
    },
    {
      sabotage: 'drops a column that it does not name',
      up: 'ALTER TABLE jobs ADD COLUMN extra int DEFAULT 1;',
      down: '-- loses: nothing\nALTER TABLE jobs DROP COLUMN extra;',
      direction: 'down',
      problems: /public\.jobs has lost extra, and no header says so/,
    },
    {
      sabotage: 'deletes rows that it does not name',
      up: 'SELECT 1;',
      down: "-- loses: nothing\nDELETE FROM results WHERE format_type = 'html';",
      direction: 'down',
      problems: /public.results has \d+ rows, not the \d+ that its headers promise to keep/,
    },
    {
      sabotage: 'changes values that it does not name',
      up: 'SELECT 1;',
      down: "-- loses: nothing\nALTER TABLE jobs DISABLE TRIGGER USER; UPDATE jobs SET session_id = 'x'; ALTER TABLE jobs ENABLE TRIGGER USER;",
      direction: 'down',
      problems: /public\.jobs has 350 rows as before, but not the same ones/,
    },
    {
      sabotage: 'keeps a table that it says it loses',
      up: 'SELECT 1;',
      down: '-- loses: job_leases (all rows)\nSELECT 1;',
      direction: 'down',
      problems: /"loses: job_leases \(all rows\)" is not true: all of it is still there/,
    },
    {
      sabotage: 'keeps a column that it says it loses',
      up: 'SELECT 1;',
      down: '-- loses: jobs.error_details\nSELECT 1;',
      direction: 'down',
      problems: /"loses: jobs\.error_details" is not true: all of it is still there/,
    },
    {
      sabotage: 'keeps rows that it says it loses',
      up: 'SELECT 1;',
      down: "-- loses: job_leases (rows where worker_id = 'worker-1')\nSELECT 1;",
      direction: 'down',
      problems: /"loses: job_leases \(rows where worker_id = 'worker-1'\)" is not true: all of it is still there/,
    },
    {
      sabotage: 'says that it loses what no row shows',
      up: 'CREATE TABLE extra (id int);',
      down: '-- loses: extra (all rows)\nDROP TABLE extra;',
      direction: 'down',
      problems: /"loses: extra \(all rows\)" was not tried, for want of rows/,
    },
    {
      sabotage: 'fails',
      up: 'SELECT 1;',
      down: '-- loses: nothing\nSELECT 1 / 0;',
      direction: 'down',
      problems: /it failed: .*division by zero/,
    },
    {
      sabotage: 'leaves what its way up makes once more',
      up: "INSERT INTO clients (id, name) VALUES ('extra', 'extra');",
      down: '-- loses: nothing\nSELECT 1;',
      direction: 'up again',
      problems: /it failed: .*duplicate key value/,
    },
  ])(
    'when a migration $sabotage, then the drill stops there and says so',
    async ({ up, down, direction, problems }) => {
      await addMigration(up, down);

      expect(lastOf(await walkFilled())).toEqual({
        ok: false,
        migration: '9000_extra',
        direction,
        problems: expect.stringMatching(problems) as string,
      });
    },
    TIMEOUT_MS,
  );

  test(
    'when a way up changes rows that were there, then it has to say so',
    async () => {
      const up = "INSERT INTO clients (id, name) VALUES ('extra', 'extra');";
      const down = "-- loses: clients (rows where id = 'extra')\nDELETE FROM clients WHERE id = 'extra';";
      await addMigration(up, down);
      expect(lastOf(await walkFilled())).toMatchObject({
        direction: 'up again',
        problems: 'public.clients has 3 rows, not the 2 that its headers promise to keep',
      });

      await addMigration(`-- changes: clients (all rows)\n${up}`, down);
      expect(await walkFilled()).toMatchObject({ ok: true });
    },
    TIMEOUT_MS,
  );

  test.each([
    ['-- loses: nothing\n', '', '0008_leases_end_with_runs.down.sql does not say what it loses'],
    ['-- loses: nothing\n', '-- loses: some things\n', '0008_leases_end_with_runs.down.sql: "some things" is none of'],
  ])('when a header %j is %j, then nothing is begun', async (header, other, message) => {
    await replaceIn('0008_leases_end_with_runs.down.sql', header, other);

    await expect(drill()).rejects.toThrow(message);
  });

  test(
    'when the loaded database is not what the migrations make, then it is refused',
    async () => {
      const { ok, problems, steps } = await walk(({ rows }) => rows('DROP INDEX jobs_status_idx'));

      expect({ ok, problems, steps }).toEqual({
        ok: false,
        problems: ['the loaded database: index public.jobs_status_idx is missing'],
        steps: [],
      });
    },
    TIMEOUT_MS,
  );

  test(
    'when the loaded database is older, then what is pending runs first, on its data',
    async () => {
      const { ok, steps } = await walk(async ({ migrationUrl }) => {
        await migrateDown({ directUrl: migrationUrl }, '0008_leases_end_with_runs');
        await fill(migrationUrl);
      });

      expect(ok).toBe(true);
      const names = (await readMigrations(directory)).map(({ name }) => name);
      const pending = names.slice(names.indexOf('0008_leases_end_with_runs'));
      expect(steps.slice(0, pending.length + 1).map(({ migration, direction }) => `${direction} ${migration}`)).toEqual(
        [...pending.map((name) => `up ${name}`), `down ${names.at(-1)}`],
      );
    },
    TIMEOUT_MS,
  );

  test(
    'when it is ended in the middle, then it says by what, and leaves nothing behind',
    async () => {
      const stop = new AbortController();
      const onStep = () => stop.abort(new Error('ended by SIGINT'));

      await expect(drill({ signal: stop.signal, onStep })).rejects.toThrow('ended by SIGINT');

      expect(await scratchFolders()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test('when any migration is read, then its way down says what it loses', async () => {
    const files = (await readdir(directory)).filter((name) => name.endsWith('.down.sql'));
    for (const file of files) expect(await readFile(path.join(directory, file), 'utf8')).toMatch(/^-- loses: \S/);
  });
});
