import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { ConfigError, loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/observability/logger.js';
import { Closing } from '../../src/runtime/closing.js';
import { serveHttp } from '../../src/runtime/serve-http.js';
import { openServices } from '../../src/runtime/services.js';
import { workJobs } from '../../src/runtime/work-jobs.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the parts of a process, put together', () => {
  let db: TestDatabase;
  let dataDir: string;
  let closing: Closing;

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-runtime-'));
    closing = new Closing();
  });
  afterEach(async () => {
    await closing.close();
    await rm(dataDir, { recursive: true });
  });
  afterAll(() => db.drop());

  const open = (settings: NodeJS.ProcessEnv = {}) => {
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: db.appUrl,
      DIRECT_DATABASE_URL: db.migrationUrl,
      DATA_DIR: dataDir,
      PORT: '0',
      WORKER_POLL_MS: '50',
      ...settings,
    });
    return openServices({ config, logger: createLogger({ level: 'silent', service: 'test' }), closing }, 'runtime');
  };

  test('when everything runs in one process, then a document is taken, converted and given out, and the end leaves nothing', async () => {
    const services = await open();
    const converter = await workJobs(services);
    const url = await serveHttp(services, [
      { name: 'converter', critical: false, check: () => converter!.ping(2_000) },
    ]);

    const { body } = await request(url)
      .post('/api/v1/process')
      .field('sessionId', 's')
      .attach('file', Buffer.from('a,b\n1,2\n'), 'a.csv')
      .expect(200);
    let status = '';
    while (!['COMPLETE', 'FAILED'].includes(status)) {
      status = (await request(url).get(body.links.self)).body.status as string;
    }

    expect(status).toBe('COMPLETE');
    const markdown = await request(url).get(`${body.links.results}/markdown`).expect(200);
    expect(markdown.text).toContain('| a | b |');
    const health = await request(url).get('/api/v1/health/ready').expect(200);
    expect(health.body.status).toBe('ok');
    const metrics = await request(url).get('/metrics').expect(200);
    expect(metrics.text).toMatch(/docling_jobs_jobs_finished_total\{status="COMPLETE"\} 1/);

    await closing.close();
    await expect(request(url).get('/api/v1/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const left = await db.rows(`SELECT FROM pg_stat_activity WHERE application_name = 'docling-jobs-runtime'`);
    expect(left).toEqual([]);
  });

  test('when the direct URL is another server than the pooled one, then the pool speaks without start-up options or names', async () => {
    const { connection } = await open({ DIRECT_DATABASE_URL: 'postgres://x:y@127.0.0.1:1/other' });

    expect(connection.direct).toBe(false);
    expect((await open()).connection.direct).toBe(true);
  });

  test('when no jobs are to be worked, then there is no converter', async () => {
    expect(await workJobs(await open({ WORKER_CONCURRENCY: '0' }))).toBeUndefined();
  });

  test.each([
    ['the port is taken', async (port: number) => ({ PORT: String(port) }), /set PORT/],
    ['the address is not of this machine', async () => ({ HOST: '192.0.2.1' }), /HOST is 192\.0\.2\.1/],
  ])('when %s, then the error says what to set', async (_, settings, message) => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const services = await open(await settings((other.address() as net.AddressInfo).port));

      const failure = await serveHttp(services).catch((error: unknown) => error);

      expect(failure).toBeInstanceOf(ConfigError);
      expect(String(failure)).toMatch(message);
    } finally {
      other.close();
    }
  });

  test('when something fails to close, then the rest is closed all the same and the failure is told', async () => {
    const closed: string[] = [];
    closing.addResource('database', async () => void closed.push('database'));
    closing.addResource('converter', () => Promise.reject(new Error('stuck')));
    closing.addWork('work', async () => void closed.push('work'));

    await expect(closing.close()).rejects.toThrow('stuck');

    expect(closed).toEqual(['work', 'database']);
  });
});
