import { JOB_STATUSES, JOB_TRANSITIONS, type JobStatus } from '../../../src/jobs/job-states.js';
import pg from 'pg';
import { insertJob, readJob, type JobRow } from '../../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

interface EventRow {
  seq: number;
  from_status: JobStatus | null;
  to_status: JobStatus;
  stage: string | null;
  percent: number;
  detail: Record<string, unknown> | null;
}

describe('the state machine', () => {
  let database: TestDatabase;
  let app: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = new pg.Client({ connectionString: database.appUrl });
    await app.connect();
  });
  afterAll(async () => {
    await app.end();
    await database.drop();
  });

  const pairs = JOB_STATUSES.flatMap((from) => JOB_STATUSES.filter((to) => to !== from).map((to) => ({ from, to })));
  const isAllowed = ({ from, to }: { from: JobStatus; to: JobStatus }) => JOB_TRANSITIONS[from].includes(to);
  const transition = (client: pg.Client, id: string, to: JobStatus) =>
    client.query('UPDATE jobs SET status = $2 WHERE id = $1', [id, to]);
  const eventsOf = (id: string) =>
    database.rows<EventRow>(
      'SELECT seq, from_status, to_status, stage, percent, detail FROM job_events WHERE job_id = $1 ORDER BY seq',
      [id],
    );

  test('when there are 13 statuses, then there are 156 ordered pairs, of which 39 are allowed', () => {
    expect(pairs).toHaveLength(156);
    expect(pairs.filter(isAllowed)).toHaveLength(39);
  });

  test('when the TypeScript copy of the transitions is compared with the table, then they are equal', async () => {
    const rows = await database.rows<{ from: JobStatus; to: JobStatus }>(
      'SELECT from_status AS from, to_status AS to FROM job_status_transitions',
    );

    const copy = pairs.filter(isAllowed);
    expect(new Set(rows.map(({ from, to }) => `${from} ${to}`))).toEqual(
      new Set(copy.map(({ from, to }) => `${from} ${to}`)),
    );
    const statuses = await database.rows<{ status: string }>(
      'SELECT unnest(enum_range(NULL::job_status))::text AS status',
    );
    expect(statuses.map(({ status }) => status)).toEqual([...JOB_STATUSES]);
  });

  test.each(pairs.filter(isAllowed))('when the superuser sets $from to $to, then it passes', async ({ from, to }) => {
    const job = await insertJob(database, from);

    await transition(database.sql, job.id, to);

    expect((await readJob(database, job.id)).status).toBe(to);
  });

  test.each(pairs.filter((pair) => !isAllowed(pair)))(
    'when the superuser sets $from to $to, then it is refused and nothing changes',
    async ({ from, to }) => {
      const job = await insertJob(database, from);

      await expect(transition(database.sql, job.id, to)).rejects.toMatchObject({ code: 'DJ701' });

      expect(await readJob(database, job.id)).toEqual(job);
    },
  );

  test('when a job goes all the way, then its times are set and every step is in the audit trail', async () => {
    const job = await insertJob(database, 'PENDING', { started_at: null });

    for (const status of ['UPLOADING', 'PROCESSING', 'RETRY_EXPORT', 'PROCESSING', 'COMPLETE'] as const) {
      await transition(app, job.id, status);
    }

    const row = await readJob(database, job.id);
    expect(row.completed_at!.getTime()).toBeGreaterThanOrEqual(row.started_at!.getTime());
    expect(row.updated_at.getTime()).toBeGreaterThanOrEqual(row.completed_at!.getTime());
    const events = await eventsOf(job.id);
    expect(events.map(({ seq, from_status, to_status }) => [seq, from_status, to_status])).toEqual([
      [1, null, 'PENDING'],
      [2, 'PENDING', 'UPLOADING'],
      [3, 'UPLOADING', 'PROCESSING'],
      [4, 'PROCESSING', 'RETRY_EXPORT'],
      [5, 'RETRY_EXPORT', 'PROCESSING'],
      [6, 'PROCESSING', 'COMPLETE'],
    ]);
    expect(row.last_event_seq).toBe(6);
  });

  test('when a job is processed a second time, then started_at stays that of the first', async () => {
    const job = await insertJob(database, 'UPLOADING');
    await transition(app, job.id, 'PROCESSING');
    const { started_at } = await readJob(database, job.id);

    await transition(app, job.id, 'RETRY_PROCESSING');
    await transition(app, job.id, 'PROCESSING');

    expect((await readJob(database, job.id)).started_at).toEqual(started_at);
  });

  test('when only percent or stage changes, then that is an event too, and when nothing of them does, none', async () => {
    const job = await insertJob(database, 'PROCESSING');

    await app.query(`UPDATE jobs SET current_stage = 'conversion', progress_percent = 40 WHERE id = $1`, [job.id]);
    await app.query(`UPDATE jobs SET file_mime = 'application/pdf' WHERE id = $1`, [job.id]);

    expect(await eventsOf(job.id)).toEqual([
      { seq: 1, from_status: null, to_status: 'PROCESSING', stage: null, percent: 0, detail: null },
      { seq: 2, from_status: 'PROCESSING', to_status: 'PROCESSING', stage: 'conversion', percent: 40, detail: null },
    ]);
  });

  test('when many jobs change in one statement, then each has its own event', async () => {
    const jobs: JobRow[] = [];
    for (let index = 0; index < 20; index += 1) jobs.push(await insertJob(database));

    await app.query(`UPDATE jobs SET status = 'UPLOADING' WHERE id = ANY($1)`, [jobs.map(({ id }) => id)]);

    const counts = await database.rows<{ count: string }>(
      `SELECT count(*) FROM job_events WHERE job_id = ANY($1) AND to_status = 'UPLOADING' AND seq = 2 GROUP BY job_id`,
      [jobs.map(({ id }) => id)],
    );
    expect(counts).toHaveLength(20);
  });

  test('when a transition is rolled back, then so is its event', async () => {
    const job = await insertJob(database);

    await app.query('BEGIN');
    await transition(app, job.id, 'UPLOADING');
    await app.query('ROLLBACK');

    expect(await eventsOf(job.id)).toHaveLength(1);
  });

  test('when a failure is recorded, then its event says the code, the retries and when the next is due', async () => {
    const job = await insertJob(database, 'PROCESSING');

    await app.query(
      `UPDATE jobs SET status = 'RETRY_PROCESSING', retry_count = 1, error_code = 'E201', error_message = 'gone',
         next_attempt_at = '2030-01-01T00:00:00Z' WHERE id = $1`,
      [job.id],
    );

    const [, event] = await eventsOf(job.id);
    expect(event!.detail).toEqual({
      errorCode: 'E201',
      errorMessage: 'gone',
      retryCount: 1,
      nextAttemptAt: '2030-01-01T00:00:00+00:00',
    });
  });

  describe('as the application, which must not get round it', () => {
    const refused = [
      ['turn the trigger off', 'ALTER TABLE jobs DISABLE TRIGGER jobs_guard_update'],
      ['turn all triggers off for its session', `SET session_replication_role = replica`],
      ['drop the trigger', 'DROP TRIGGER jobs_guard_update ON jobs'],
      [
        'replace its function',
        `CREATE OR REPLACE FUNCTION jobs_guard_update() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'`,
      ],
      ['allow another transition', `INSERT INTO job_status_transitions VALUES ('COMPLETE', 'PENDING')`],
      ['forbid a transition', `DELETE FROM job_status_transitions`],
      [
        'forge an event',
        `INSERT INTO job_events (job_id, seq, occurred_at, to_status, percent) SELECT id, 99, now(), status, 0 FROM jobs`,
      ],
      ['change an event', `UPDATE job_events SET percent = 1`],
      ['remove events', `DELETE FROM job_events`],
      ['empty the audit trail', `TRUNCATE job_events`],
      ['move a job to another client', `UPDATE jobs SET client_id = 'other'`],
      ['rewrite when a job was made', `UPDATE jobs SET created_at = now()`],
      ['rewrite when it ended', `UPDATE jobs SET completed_at = now()`],
      ['change a result', `UPDATE results SET content = ''`],
      ['make a table', `CREATE TABLE mine (id int)`],
      [
        'make a temporary table',
        `CREATE TEMPORARY TABLE job_status_transitions (from_status job_status, to_status job_status)`,
      ],
      ['become the owner', `SET ROLE docling_migration`],
      ['run a program', `COPY (SELECT 1) TO PROGRAM 'true'`],
    ] as const;

    test.each(refused)('when it tries to %s, then it is refused', async (_, statement) => {
      await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
    });

    test('when a table of the rules stands in its own schema path, then the trigger still reads the real one', async () => {
      const job = await insertJob(database, 'COMPLETE');
      await database.sql.query(`GRANT TEMPORARY ON DATABASE ${database.name} TO docling_app`);
      await database.sql.query('GRANT USAGE ON TYPE job_status TO docling_app');
      const client = new pg.Client({ connectionString: database.appUrl });
      await client.connect();
      try {
        await client.query(
          'CREATE TEMPORARY TABLE job_status_transitions (from_status job_status, to_status job_status)',
        );
        await client.query(`INSERT INTO job_status_transitions VALUES ('COMPLETE', 'PENDING')`);

        await expect(transition(client, job.id, 'PENDING')).rejects.toMatchObject({ code: 'DJ701' });
      } finally {
        await client.end();
      }
    });
  });
});
