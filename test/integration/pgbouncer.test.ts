/** @needs pgbouncer */
import pg from 'pg';
import request from 'supertest';
import type { Database } from '../../src/database/database.js';
import { AppError } from '../../src/errors.js';
import { JobRepository, type NewJob } from '../../src/jobs/job-repository.js';
import { startPgBouncer, type PgBouncer, type PgBouncerSettings } from '../support/pgbouncer.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { createTestDatabase, openTestPool, type TestDatabase } from '../support/test-database.js';

const CLIENTS = 50;
const SERVER_CONNECTIONS = 3;

const newJob: NewJob = {
  clientId: 'local',
  sessionId: 'pooled',
  inputType: 'URL',
  inputPath: null,
  inputUrl: 'https://example.org/a.pdf',
  fileName: null,
  fileSize: null,
  fileMime: null,
  timeoutMs: null,
  maxRetries: 3,
};

/** What a deployment has: more clients than the pooler has connections to the server. */
describe('PgBouncer in transaction mode', () => {
  let db: TestDatabase;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(() => db.drop());

  async function startPooler(settings: PgBouncerSettings = {}): Promise<PgBouncer> {
    const pooler = await startPgBouncer(db.directUrl, { default_pool_size: SERVER_CONNECTIONS, ...settings });
    closing.push(() => pooler.stop());
    return pooler;
  }
  function openPool(url: string, options: Parameters<typeof openTestPool>[1] = {}): Database {
    const pool = openTestPool(url, {
      poolSize: CLIENTS,
      preparedStatements: false,
      direct: false,
      applicationName: 'pooled-client',
      ...options,
    });
    closing.push(() => pool.close());
    return pool;
  }
  const times = <T>(count: number, work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  const serverConnections = () =>
    db.rows(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = 'docling_app'
             AND application_name = 'pooled-client'`);

  test('when 50 clients share 3 connections, then each gets its own answers and leaves nothing behind in a session', async () => {
    const pooler = await startPooler();
    const pool = openPool(pooler.url);
    const jobs = new JobRepository(pool);

    const found = await times(10 * CLIENTS, async (index) => {
      const { id } = await jobs.insert({ ...newJob, fileName: `${index}.pdf` });
      return { index, job: await jobs.find(id, 'local') };
    });

    expect(pool.state().inUse + pool.state().idle).toBe(CLIENTS);
    expect((await serverConnections()).length).toBeLessThanOrEqual(SERVER_CONNECTIONS);
    expect(found.every(({ index, job }) => job?.fileName === `${index}.pdf`)).toBe(true);
    const client = new pg.Client({ connectionString: pooler.url });
    await client.connect();
    for (let session = 0; session < 4 * SERVER_CONNECTIONS; session += 1) {
      const { rows } = await client.query('SELECT FROM pg_prepared_statements');
      expect(rows).toHaveLength(0);
    }
    await client.end();
  });

  test('when statements were named all the same, then most clients would fail: that is why they are not', async () => {
    const pooler = await startPooler();
    const named = openPool(pooler.url, { preparedStatements: true });

    const outcomes = await Promise.allSettled(Array.from({ length: CLIENTS }, () => named.query('server/ping', [])));

    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code as string] : []));
    expect(codes.length).toBeGreaterThanOrEqual(CLIENTS - SERVER_CONNECTIONS);
    expect(new Set(codes)).toEqual(new Set(['42P05'])); // duplicate_prepared_statement
  });

  test('when more cursors are read at once than there are connections, then each reads every row of its own', async () => {
    const pool = openPool((await startPooler()).url, { poolTimeoutMs: 20_000 });
    const sessions = ['first', 'second', 'third', 'fourth'];
    for (const [index, session] of sessions.entries()) {
      await db.rows(
        `INSERT INTO jobs (id, client_id, session_id, input_type)
         SELECT gen_random_uuid(), 'local', $1, 'FILE' FROM generate_series(1, $2)`,
        [session, 500 + index],
      );
    }
    const { signal } = new AbortController();
    const read = async (session: string) => {
      const seen = new Set<string>();
      const batches = new JobRepository(pool).exportHistory('local', session, null, { batchSize: 100, signal });
      for await (const rows of batches) {
        for (const row of rows) if (row.sessionId === session) seen.add(row.id);
      }
      return seen.size;
    };

    const counts = await times(5 * sessions.length, (index) => read(sessions[index % sessions.length]!));

    expect(counts).toEqual(counts.map((_, index) => 500 + (index % sessions.length)));
    expect(await pool.query('server/ping', [])).toEqual([{ inRecovery: false }]);
  });

  describe('when the pooler has no connection to give in time', () => {
    let api: TestApi | undefined;
    afterEach(() => api?.close());

    test('then a request answers 503 with E401 and when to come again, and the next one is served', async () => {
      const pooler = await startPooler({ default_pool_size: 1, query_wait_timeout: 1 });
      const database = openPool(pooler.url);
      api = await startTestApi({ parts: { database } });
      const holder = new pg.Client({ connectionString: pooler.url });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT');

      const refused = await request(api.server).get('/api/v1/history?sessionId=pooled').expect(503);

      expect(refused.body).toMatchObject({ code: 'E401', retryable: true });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      await holder.end();
      await request(api.server).get('/api/v1/history?sessionId=pooled').expect(200);
    });
  });

  test('when the pooler is killed and started again under load, then nothing that was accepted is missing and all clients go on', async () => {
    const pooler = await startPooler();
    const jobs = new JobRepository(openPool(pooler.url));
    const accepted: string[] = [];
    const refusals: unknown[] = [];
    let isBack = false;
    let underLoad: () => void = () => undefined;
    const busy = new Promise<void>((resolve) => (underLoad = resolve));
    const submit = async () => {
      for (let served = 0; served < 5;) {
        const afterwards = isBack;
        try {
          accepted.push((await jobs.insert({ ...newJob, sessionId: 'restarted' })).id);
          if (afterwards) served += 1;
          if (accepted.length === 200) underLoad();
        } catch (error) {
          refusals.push(error);
        }
      }
    };

    const clients = times(20, submit);
    await busy;
    await pooler.restart();
    isBack = true;
    await clients;

    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.every((error) => error instanceof AppError && error.code === 'E401')).toBe(true);
    const rows = await db.rows<{ id: string }>(`SELECT id FROM jobs WHERE session_id = 'restarted'`);
    const stored = new Set(rows.map(({ id }) => id));
    expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
  });

  test('when the server ends the pooler’s connections, then the clients keep theirs and are served again', async () => {
    const pool = openPool((await startPooler()).url);
    await times(CLIENTS, () => pool.query('server/ping', []));

    await db.rows(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'pooled-client'`,
    );

    const served = async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await pool.query('server/ping', []);
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'E401' || tries === 5) throw error;
        }
      }
    };
    expect(await times(CLIENTS, served)).toHaveLength(CLIENTS);
  });
});
