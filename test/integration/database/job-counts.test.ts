/** @needs pg_dump, psql */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { JobCountRepository } from '../../../src/jobs/job-count-repository.js';
import { JOB_STATUSES, JOB_TRANSITIONS, type JobStatus } from '../../../src/jobs/job-states.js';
import { insertJob } from '../../support/job-rows.js';
import { createTestDatabase, roleUrl, type TestDatabase } from '../../support/test-database.js';

describe('the counts of jobs by status', () => {
  let db: TestDatabase;
  let counts: JobCountRepository;

  beforeEach(async () => {
    db = await createTestDatabase();
    counts = new JobCountRepository(db.database);
  });
  afterEach(() => db.drop());

  /** Counted by the database, and counted here: one after the other, so only where nobody writes. */
  async function expectExact(): Promise<ReadonlyMap<JobStatus, number>> {
    const rows = await db.rows<{ status: JobStatus; n: number }>(
      'SELECT status, count(*)::int AS n FROM jobs GROUP BY status',
    );
    const actual = new Map(JOB_STATUSES.map((status) => [status, rows.find((row) => row.status === status)?.n ?? 0]));
    const counted = await counts.list();
    expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(actual));
    return counted;
  }
  const deltas = async () => (await db.row<{ n: number }>('SELECT count(*)::int AS n FROM job_count_deltas')).n;
  const insertMany = (n: number, status: JobStatus = 'PENDING') =>
    db.rows(
      `INSERT INTO jobs (id, client_id, session_id, input_type, status)
       SELECT gen_random_uuid(), 'local', 's', 'URL', $2 FROM generate_series(1, $1)`,
      [n, status],
    );

  test('when there are no jobs, then every status has none', async () => {
    expect([...(await counts.list())]).toEqual(JOB_STATUSES.map((status) => [status, 0]));
  });

  test('when jobs are made, moved, copied in and deleted by hand, then each status has those that there are', async () => {
    for (const status of JOB_STATUSES) await insertMany(3, status);
    await db.rows(`UPDATE jobs SET status = 'CANCELLED' WHERE status IN ('PENDING', 'UPLOADING', 'RETRY_SAVE')`);
    await db.rows(`UPDATE jobs SET progress_percent = 50 WHERE status = 'PROCESSING'`);
    await db.rows(`DELETE FROM jobs WHERE status IN ('FAILED', 'RETRY_UPLOAD')`);
    await db.rows(`INSERT INTO jobs SELECT * FROM jobs ON CONFLICT (id) DO UPDATE SET max_retries = 7`);
    await db.rows(`DELETE FROM jobs WHERE false`);

    const counted = await expectExact();
    expect(counted.get('CANCELLED')).toBe(12);
    expect(counted.get('FAILED')).toBe(0);
  });

  test('when a change is undone, in part or in full, then so is what it counted', async () => {
    await insertMany(2);
    await db.rows('BEGIN');
    await insertMany(5);
    await db.rows('SAVEPOINT half');
    await db.rows(`UPDATE jobs SET status = 'FAILED'`);
    await db.rows('ROLLBACK TO half');
    await insertMany(1, 'COMPLETE');
    await db.rows('COMMIT');
    await db.rows('BEGIN');
    await db.rows('DELETE FROM jobs');
    await db.rows('ROLLBACK');

    expect((await expectExact()).get('PENDING')).toBe(7);
  });

  test('when a transition is refused, then nothing is counted', async () => {
    await insertMany(2, 'COMPLETE');

    await expect(db.rows(`UPDATE jobs SET status = 'PENDING'`)).rejects.toMatchObject({ code: 'DJ701' });

    expect((await expectExact()).get('COMPLETE')).toBe(2);
  });

  test('when a client is deleted with the jobs before it, then theirs are gone from the counts', async () => {
    await db.rows(`INSERT INTO clients (id, name) VALUES ('acme', 'acme')`);
    await insertJob(db, 'COMPLETE', { client_id: 'acme' });
    await insertJob(db, 'COMPLETE');
    await db.rows(`WITH gone AS (DELETE FROM jobs WHERE client_id = 'acme') DELETE FROM clients WHERE id = 'none'`);

    expect((await expectExact()).get('COMPLETE')).toBe(1);
  });

  test('when all jobs are truncated, then every status has none, unless that is undone', async () => {
    await insertMany(3);
    await db.rows('BEGIN');
    await db.rows('TRUNCATE jobs CASCADE');
    await db.rows('ROLLBACK');
    expect((await expectExact()).get('PENDING')).toBe(3);

    await db.rows('TRUNCATE jobs CASCADE');
    await insertMany(1, 'FAILED');

    expect((await expectExact()).get('PENDING')).toBe(0);
  });

  test('when there are few deltas, then folding leaves them alone; when there are many, then it keeps the sum', async () => {
    for (let i = 0; i < 20; i += 1) await insertMany(1);
    expect(await counts.fold()).toBe(false);
    expect(await deltas()).toBe(20);

    await db.rows(`DO $$ BEGIN FOR i IN 1..1000 LOOP
      INSERT INTO jobs (id, client_id, session_id, input_type) VALUES (gen_random_uuid(), 'local', 's', 'URL');
      DELETE FROM jobs WHERE id = (SELECT id FROM jobs WHERE i % 2 = 0 LIMIT 1);
    END LOOP; END $$`);
    expect(await deltas()).toBeGreaterThan(1_000);
    expect(await counts.fold()).toBe(false);

    expect(await deltas()).toBe(2);
    expect((await expectExact()).get('PENDING')).toBe(520);
  });

  test('when a fold is undone or another holds the rows, then the sum stays and nobody waits', async () => {
    await db.rows(`DO $$ BEGIN FOR i IN 1..700 LOOP
      INSERT INTO jobs (id, client_id, session_id, input_type) VALUES (gen_random_uuid(), 'local', 's', 'URL');
    END LOOP; END $$`);
    await db.rows('BEGIN');
    expect(await db.row('SELECT jobs_fold_counts() AS folded')).toEqual({ folded: 700 });

    expect(await counts.fold()).toBe(false); // the rows are all taken
    expect((await counts.list()).get('PENDING')).toBe(700);

    await db.rows('ROLLBACK');
    expect((await expectExact()).get('PENDING')).toBe(700);
  });

  test('when many write, fold and recount at once, then in every snapshot the counts are those of the jobs', async () => {
    await insertMany(200);
    const writers = await Promise.all([1, 2, 3].map(() => connect(db.directUrl)));
    const reader = await connect(db.superuserUrl);
    let writing = true;
    try {
      const work = Promise.all(writers.map(writeAtRandom)).finally(() => (writing = false));
      const tend = async () => {
        while (writing) {
          await counts.fold();
          await db.rows('SELECT jobs_recount()');
        }
      };
      const compare = async () => {
        let compared = 0;
        while (writing) {
          const { rows } = await reader.query(SNAPSHOT);
          expect(rows).toEqual([]);
          compared += 1;
        }
        return compared;
      };
      const [, , compared] = await Promise.all([work, tend(), compare()]);

      expect(compared).toBeGreaterThan(5);
      await expectExact();
    } finally {
      writing = false;
      for (const client of [...writers, reader]) await client.end();
    }
  });

  test('when triggers were switched off, then a recount mends what they missed, and says how much', async () => {
    await insertMany(5);
    await db.rows(`SET session_replication_role = replica`);
    await insertMany(4, 'FAILED');
    await db.rows(`DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE status = 'PENDING' LIMIT 2)`);
    await db.rows(`RESET session_replication_role`);
    expect((await counts.list()).get('FAILED')).toBe(0);

    expect(await db.row('SELECT jobs_recount()::int AS corrected')).toEqual({ corrected: 6 });

    await expectExact();
    expect(await db.row('SELECT jobs_recount()::int AS corrected')).toEqual({ corrected: 0 });
  });

  test('when the database is dumped and restored, then the counts are right without more ado', async () => {
    for (const status of JOB_STATUSES) await insertJob(db, status);
    await db.rows(`UPDATE jobs SET status = 'CANCELLED' WHERE status = 'PENDING'`);
    const restored = await createTestDatabase();
    try {
      await restored.rows('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      const dump = run('pg_dump', db.superuserUrl, ['--no-privileges']);
      run('psql', restored.superuserUrl, ['-v', 'ON_ERROR_STOP=1', '-q'], dump);
      await restored.rows('GRANT USAGE ON SCHEMA public TO docling_app');
      await restored.rows('GRANT SELECT ON job_count_deltas TO docling_app');

      expect(await new JobCountRepository(restored.database).list()).toEqual(await counts.list());
      expect(await restored.row('SELECT jobs_recount()::int AS corrected')).toEqual({ corrected: 0 });
    } finally {
      await restored.drop();
    }
  });

  test('when the application tries to write or to repair the counts itself, then it may not', async () => {
    const app = await connect(roleUrl('docling_app', db.name));
    try {
      for (const statement of [
        `INSERT INTO job_count_deltas (to_status, jobs) VALUES ('PENDING', 1)`,
        'UPDATE job_count_deltas SET jobs = 0',
        'DELETE FROM job_count_deltas',
        'SELECT jobs_recount()',
      ]) {
        await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await app.end();
    }
  });
});

/** Where jobs and deltas differ, both seen in one snapshot: none, ever. */
const SNAPSHOT = `
  SELECT status, sum(jobs) AS difference FROM (
    SELECT status, count(*) AS jobs FROM jobs GROUP BY status
    UNION ALL SELECT to_status, -jobs FROM job_count_deltas WHERE to_status IS NOT NULL
    UNION ALL SELECT from_status, jobs FROM job_count_deltas WHERE from_status IS NOT NULL
  ) AS both_counts GROUP BY status HAVING sum(jobs) <> 0`;

const ROUNDS = 300;

/** Jobs made, moved and deleted, one or many at a time, some of it undone; over other writers' jobs as well. */
async function writeAtRandom(client: pg.Client): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await client.query('BEGIN');
    const kind = randomInt(4);
    if (kind === 0) {
      await client.query(
        `INSERT INTO jobs (id, client_id, session_id, input_type)
         SELECT gen_random_uuid(), 'local', 's', 'URL' FROM generate_series(1, $1)`,
        [randomInt(1, 6)],
      );
    } else {
      const statuses = JOB_STATUSES.filter((status) => JOB_TRANSITIONS[status].length > 0);
      const from = statuses[randomInt(statuses.length)]!;
      const to = JOB_TRANSITIONS[from][randomInt(JOB_TRANSITIONS[from].length)]!;
      const few = `SELECT id FROM jobs WHERE status = $1 ORDER BY id LIMIT ${randomInt(1, 5)} FOR UPDATE SKIP LOCKED`;
      if (kind === 1) await client.query(`DELETE FROM jobs WHERE id IN (${few})`, [from]);
      else await client.query(`UPDATE jobs SET status = $2 WHERE id IN (${few})`, [from, to]);
    }
    await client.query(randomInt(5) === 0 ? 'ROLLBACK' : 'COMMIT');
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

function run(command: string, databaseUrl: string, args: readonly string[], input = ''): string {
  const url = new URL(databaseUrl);
  const { password } = url;
  url.password = ''; // not for the list of processes
  const { stdout, stderr, status } = spawnSync(command, [...args, `--dbname=${url.href}`], {
    encoding: 'utf8',
    input,
    env: { ...process.env, PGPASSWORD: decodeURIComponent(password) },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}
