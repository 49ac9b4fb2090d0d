import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import request from 'supertest';
import { buildApp } from '../../src/app.js';
import type { Database } from '../../src/database/database.js';
import { ensureEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded/index.js';
import { checkDatabase } from '../../src/database/health.js';
import { migrateUp } from '../../src/database/migrator.js';
import { DATABASE_NAME, provisionDatabase } from '../../src/database/provision.js';
import { EventRepository } from '../../src/events/event-repository.js';
import { JobWatch } from '../../src/events/job-watch.js';
import { Health } from '../../src/http/health.js';
import { createHttpServer } from '../../src/http/server.js';
import { sweepInputs } from '../../src/jobs/input-sweep.js';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { createLogger } from '../../src/observability/logger.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { InputStorage } from '../../src/storage/input-storage.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { openTestPool } from '../support/test-database.js';

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly jobId: string | undefined;
}

const POOL_SIZE = 5;
/** What the service promises, from the moment when the database can be reached again. */
const RECOVERY_LIMIT_MS = 30_000;

/**
 * A web process whose database goes away in every manner there is: a server of this suite's own, and a
 * way to it that can be broken.
 */
describe('when the database goes away', () => {
  let root: string;
  let postgres: EmbeddedPostgres;
  const proxy = new TcpProxy(() => postgres.port);
  let database: Database;
  let watch: JobWatch;
  let storage: InputStorage;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'docling-jobs-outage-'));
    await chmod(root, 0o711); // the server runs as another user than root
    postgres = await ensureEmbeddedPostgres({ dataDir: root });
    await provisionDatabase({ superuserUrl: postgres.superuserUrl, passwords: postgres.passwords });
    await migrateUp({ directUrl: postgres.roleUrl('docling_migration', DATABASE_NAME) });
    storage = new InputStorage(path.join(root, 'inputs'));
  }, 120_000);
  beforeEach(async () => {
    const proxied = new URL(postgres.roleUrl('docling_app', DATABASE_NAME));
    proxied.port = String(await proxy.open());
    database = openTestPool(proxied.href, {
      poolSize: POOL_SIZE,
      poolTimeoutMs: 1_000,
      statementTimeoutMs: 1_000,
      preparedStatements: true,
      direct: true,
    });
    await serve();
    await query('DELETE FROM jobs');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    await watch.close();
    await proxy.refuse(); // also what was left half-open
    await database.close();
  });
  afterAll(async () => {
    await postgres.release();
    await rm(root, { recursive: true });
  });

  async function serve(): Promise<void> {
    const logger = createLogger({ level: 'silent', service: 'test' });
    watch = new JobWatch({ events: new EventRepository(database), logger });
    const check = { name: 'database', critical: true, check: () => checkDatabase(database) };
    const app = buildApp({
      config: {
        allowedHosts: undefined,
        auth: 'none',
        environment: 'test',
        rateLimit: { max: 0, windowMs: 60_000 },
        trustProxy: false,
        inputDirs: [],
        maxEventStreams: 10,
        maxEventStreamsPerClient: 10,
        // Its count would be the first statement that gets no answer.
        maxQueuedJobs: 0,
        corsOrigins: [],
        maxFileBytes: 1_024 * 1_024,
        urlAllowPrivate: false,
        database: { poolSize: POOL_SIZE },
      },
      logger,
      metrics: createMetrics(),
      database,
      storage,
      watch,
      health: new Health([check], { logger, cacheMs: 0 }),
    });
    server = createHttpServer(app, { maxFileBytes: 1_024 * 1_024, logger }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  }

  /** Rows, straight from the server. */
  async function query<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: postgres.superuserUrl(DATABASE_NAME) });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  const waitFor = async (condition: () => Promise<boolean>) => {
    for (let tries = 0; tries < 1_000; tries += 1) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('what was waited for did not happen');
  };
  const jobIds = async () => (await query<{ id: string }>('SELECT id FROM jobs')).map(({ id }) => id);

  async function send(index: number): Promise<Answer> {
    const response =
      index % 3 === 0
        ? await fetch(`${url}/history?sessionId=s`)
        : await fetch(`${url}/process`, {
            method: 'POST',
            headers: {
              'Content-Type': 'application/json',
              ...(index % 3 === 1 && { 'Idempotency-Key': crypto.randomUUID() }),
            },
            body: JSON.stringify({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.com/' }),
          });
    const { code, jobId } = (await response.json()) as { code?: string; jobId?: string };
    return { status: response.status, code, jobId, retryAfter: response.headers.get('Retry-After') };
  }

  /** Clients that send one request after another until `stop`, which answers all that they were told. */
  function startLoad(clients: number): { readonly answers: readonly Answer[]; stop(): Promise<void> } {
    const answers: Answer[] = [];
    let stopped = false;
    const run = async (client: number) => {
      for (let index = client; !stopped; index += 1) {
        const answer = await send(index);
        answers.push(answer);
        // A client that is refused at once does not ask again at once.
        if (answer.status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const running = Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
    return {
      answers,
      stop: async () => {
        stopped = true;
        await running;
      },
    };
  }

  const answered = (answers: readonly Answer[], status: number) => answers.filter((answer) => answer.status === status);

  /** Load before, during and after `outage`, and what has to hold whatever it is. */
  async function expectUnharmed(outage: (answers: readonly Answer[]) => Promise<void>): Promise<readonly Answer[]> {
    const load = startLoad(8);
    const { answers } = load;
    await waitFor(() => Promise.resolve(answers.length >= 50));
    await outage(answers);
    const back = performance.now();
    const since = answers.length;
    await waitFor(() => {
      if (performance.now() - back > RECOVERY_LIMIT_MS) throw new Error('the service has not recovered in time');
      const recent = answers.slice(since).slice(-50);
      return Promise.resolve(recent.length === 50 && recent.every(({ status }) => status === 200));
    });
    await load.stop();

    const others = answers.filter(({ status }) => status !== 200);
    const refusals = others.map(({ status, code, retryAfter }) => ({ status, code, waits: Number(retryAfter) > 0 }));
    for (const refusal of refusals) {
      expect(refusal).toEqual({ status: 503, code: expect.stringMatching(/^E40[12]$/), waits: true });
    }
    const kept = new Set(await jobIds());
    const accepted = answers.flatMap(({ jobId }) => jobId ?? []);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(accepted.filter((id) => !kept.has(id))).toEqual([]);
    await expectWholePool();
    return answers;
  }

  async function expectWholePool(): Promise<void> {
    await waitFor(() => Promise.resolve(database.state().inUse === 0));
    const pings = Array.from({ length: POOL_SIZE }, () => database.query('server/ping', []));
    expect(await Promise.all(pings)).toEqual(Array(POOL_SIZE).fill([{ inRecovery: false }]));
    expect(database.state()).toMatchObject({ waiting: 0, inUse: 0 });
    await request(server).get('/api/v1/health/ready').expect(200);
  }

  const whenRefused = (answers: readonly Answer[], count: number) =>
    waitFor(() => Promise.resolve(answered(answers, 503).length >= count));

  test.each<[NodeJS.Signals, string]>([
    ['SIGINT', 'fast'],
    ['SIGQUIT', 'immediate'],
  ])(
    'when the server is restarted (%s, as pg_ctl -m %s), then requests answer 503 until it is back, and no job is lost',
    async (signal) => {
      const answers = await expectUnharmed(async (seen) => {
        const pidFile = path.join(root, 'postgres/cluster/postmaster.pid');
        const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
        process.kill(pid, signal);
        await whenRefused(seen, 20);
        await postgres.release();
        postgres = await ensureEmbeddedPostgres({ dataDir: root });
      });

      expect(answered(answers, 503).length).toBeGreaterThan(0);
    },
    60_000,
  );

  test('when connections are refused for a while, then requests answer 503, and health says so', async () => {
    await expectUnharmed(async (seen) => {
      await proxy.refuse();
      await whenRefused(seen, 100);
      await request(server).get('/api/v1/health/ready').expect(503);
      await request(server).get('/api/v1/health/live').expect(200);
      await proxy.open();
    });
  }, 60_000);

  test('when the way goes dead and nobody is told, then requests answer 503 in time, and go on when there is a way again', async () => {
    await expectUnharmed(async (seen) => {
      proxy.freeze();
      await whenRefused(seen, 20);
      await proxy.open();
    });
  }, 60_000);

  test('when the server ends every connection again and again, then what is safe to repeat is repeated', async () => {
    const answers = await expectUnharmed(async (seen) => {
      for (let round = 1; round <= 10; round += 1) {
        await query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'docling_app'`);
        const before = seen.length;
        await waitFor(() => Promise.resolve(seen.length >= before + 20));
      }
    });

    expect(answered(answers, 503)).toEqual([]);
  }, 60_000);

  test('when idle connections have died unnoticed, then one statement finds out, and the others are replaced', async () => {
    await expectWholePool();
    proxy.freeze();
    await proxy.open();

    await expect(database.query('server/ping', [])).rejects.toMatchObject({ code: 'E402' });

    for (let round = 1; round <= POOL_SIZE; round += 1) {
      expect(await database.query('server/ping', [])).toEqual([{ inRecovery: false }]);
    }
  });

  describe('between a commit and its answer', () => {
    const upload = () =>
      request(server).post('/api/v1/process').field('sessionId', 's').attach('file', Buffer.from('# x'), 'x.md');
    const storedPaths = async () => {
      const paths: string[] = [];
      for await (const batch of storage.listOlderThan(0)) paths.push(...batch);
      return paths;
    };
    beforeEach(async () => {
      for (const stored of await storedPaths()) await storage.remove(stored);
      await expectWholePool();
    });

    test('when it comes back at once, then the same job is answered, and it is there once', async () => {
      proxy.deafen();
      const answer = upload().then((response) => response);
      await waitFor(async () => (await jobIds()).length === 1);
      await proxy.open();
      proxy.cut();

      const { body, status } = await answer;

      expect({ status, ids: await jobIds() }).toEqual({ status: 200, ids: [body.jobId] });
      expect(await storedPaths()).toHaveLength(1);
    });

    test('when it stays away, then 503, and the job keeps its file, which the sweep knows as its own', async () => {
      proxy.deafen();
      const answer = upload().then((response) => response);
      await waitFor(async () => (await jobIds()).length === 1);
      await proxy.refuse();

      expect(await answer).toMatchObject({ status: 503, body: { code: 'E401' } });
      await proxy.open();
      const [job] = await query<{ input_path: string }>('SELECT input_path FROM jobs');
      const options = { olderThanMs: 0, signal: new AbortController().signal };
      expect(await sweepInputs(storage, new JobRepository(database), options)).toBe(0);
      expect(await storedPaths()).toEqual([job!.input_path]);
    });

    test('when the job was certainly not made, then its file is removed at once', async () => {
      await proxy.refuse();

      await upload().expect(503);

      expect(await storedPaths()).toEqual([]);
    });
  });

  describe('the sweep of stored inputs', () => {
    const signal = new AbortController().signal;
    const store = async () => {
      return (await storage.store(Readable.from([Buffer.from('x')]), { maxBytes: 1, signal })).path;
    };

    test('when no job refers to an input, then it is removed once it is old enough, and no other', async () => {
      const jobs = new JobRepository(database);
      const [orphan, kept] = [await store(), await store()];
      await jobs.insert({ ...NEW_JOB, inputType: 'FILE', inputPath: kept });
      await utimes(storage.absolutePath(orphan), 1, 1);

      expect(await sweepInputs(storage, jobs, { olderThanMs: 60_000, signal })).toBe(0);
      expect(await sweepInputs(storage, jobs, { olderThanMs: 0, signal })).toBeGreaterThanOrEqual(1);

      await expect(readFile(storage.absolutePath(orphan))).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await readFile(storage.absolutePath(kept), 'utf8')).toBe('x');
    });

    test('when the database is away, then nothing is removed', async () => {
      const orphan = await store();
      await proxy.refuse();

      const sweeping = sweepInputs(storage, new JobRepository(database), { olderThanMs: 0, signal });

      await expect(sweeping).rejects.toMatchObject({ code: 'E401' });
      expect(await readFile(storage.absolutePath(orphan), 'utf8')).toBe('x');
    });

    test('when it is told to end, then it does', async () => {
      await store();
      const options = { olderThanMs: 0, signal: AbortSignal.abort() };

      expect(await sweepInputs(storage, new JobRepository(database), options)).toBe(0);
    });
  });
});

const NEW_JOB = {
  clientId: 'local',
  sessionId: 's',
  inputType: 'URL' as const,
  inputPath: null,
  inputUrl: 'https://example.com/',
  fileName: null,
  fileSize: null,
  fileMime: null,
  timeoutMs: null,
  maxRetries: 3,
};
