/** @needs pgbouncer */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import pg from 'pg';
import { PgBouncerExporter } from '../../src/observability/pgbouncer-exporter.js';
import { createLogger } from '../../src/observability/logger.js';
import { startPgBouncer, type PgBouncer } from '../support/pgbouncer.js';
import { ServiceProcess } from '../support/service-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, roleUrl, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const LIMIT_MS = 2_000;

describe('the exporter of PgBouncer', () => {
  let db: TestDatabase;
  let pooler: PgBouncer;
  let proxy: TcpProxy;
  let lines: string[] = [];
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    db = await createTestDatabase();
    pooler = await startPgBouncer(roleUrl('monitoring_user', db.name), {
      stats_users: 'monitoring_user',
      default_pool_size: 1,
      max_client_conn: 77,
    });
    proxy = new TcpProxy(() => Number(new URL(pooler.url).port));
  });
  beforeEach(() => proxy.open());
  afterEach(async () => {
    lines = [];
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await proxy.refuse();
    await pooler.stop();
    await db.drop();
  });

  /** The console behind the proxy. */
  async function consoleUrl(): Promise<URL> {
    const url = new URL(pooler.url);
    url.port = String(await proxy.open());
    url.pathname = '/pgbouncer';
    return url;
  }
  async function startExporter(url: string): Promise<string> {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    });
    const logger = createLogger({ level: 'info', service: 'exporter', output, readable: false });
    const server = new PgBouncerExporter(url, logger, LIMIT_MS).createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  }
  /** The samples by name and labels, as they are written. */
  async function scrape(url: string): Promise<Map<string, number>> {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    const text = await response.text();
    return new Map(Array.from(text.matchAll(/^(pgbouncer_\S+) (\S+)$/gm), ([, name, value]) => [name!, Number(value)]));
  }
  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: pooler.url });
    await client.connect();
    closing.push(() => client.end());
    return client;
  }

  test('when a client has the only connection and another waits, then both are counted, with how long the wait is', async () => {
    const url = await startExporter((await consoleUrl()).href);
    const pool = `{database="${db.name}",user="monitoring_user"}`;
    const [holder, waiter] = [await connect(), await connect()];
    await holder.query('BEGIN');
    await holder.query('SELECT 1');
    const waiting = waiter.query('SELECT 2');
    await until(async () => (await scrape(url)).get(`pgbouncer_pools_client_waiting_connections${pool}`) === 1);

    const samples = await scrape(url);
    await holder.query('ROLLBACK');
    await waiting;

    expect(samples.get(`pgbouncer_pools_client_active_connections${pool}`)).toBe(1);
    expect(samples.get(`pgbouncer_pools_server_active_connections${pool}`)).toBe(1);
    expect(samples.get(`pgbouncer_pools_client_maxwait_seconds${pool}`)).toBeGreaterThan(0);
    expect(samples.get('pgbouncer_up')).toBe(1);
    expect(samples.get('pgbouncer_config_max_client_connections')).toBe(77);
    expect(samples.get('pgbouncer_used_clients')).toBeGreaterThanOrEqual(2);
    expect(samples.get(`pgbouncer_databases_pool_size{name="${db.name}",database="${db.name}"}`)).toBe(1);
    const later = await scrape(url);
    expect(later.get(`pgbouncer_stats_queries_pooled_total{database="${db.name}"}`)).toBeGreaterThanOrEqual(4);
    expect([...later.values()].filter(Number.isNaN)).toEqual([]);
  });

  test('when PgBouncer is restarted, then the next scrape tells of the new one', async () => {
    const url = await startExporter((await consoleUrl()).href);
    expect((await scrape(url)).get('pgbouncer_up')).toBe(1);

    await pooler.restart();

    expect((await scrape(url)).get('pgbouncer_up')).toBe(1);
  });

  test('when PgBouncer is away, then it is down, and nothing else is told; when it is back, then it is up', async () => {
    const url = await startExporter((await consoleUrl()).href);
    await proxy.refuse();

    expect([...(await scrape(url))]).toEqual([['pgbouncer_up', 0]]);
    await scrape(url);
    await proxy.open();
    expect((await scrape(url)).get('pgbouncer_up')).toBe(1);

    const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toEqual(['PgBouncer does not answer', 'PgBouncer answers']);
  });

  test('when PgBouncer hangs, then all scrapes of the time are answered, and say that it is down', async () => {
    const url = await startExporter((await consoleUrl()).href);
    proxy.freeze();

    const scrapes = await Promise.all(Array.from({ length: 10 }, () => scrape(url)));

    expect(scrapes.map((samples) => samples.get('pgbouncer_up'))).toEqual(Array(10).fill(0));
  });

  test('when the password is wrong, then it is down, and the log says why without a password', async () => {
    const console = await consoleUrl();
    const right = console.password;
    console.password = 'not-the-password';
    const url = await startExporter(console.href);

    expect((await scrape(url)).get('pgbouncer_up')).toBe(0);

    expect(lines.join('')).toMatch(/authentication failed/i);
    expect(lines.join('')).not.toMatch(new RegExp(`not-the-password|${right}`));
  });

  test('when something else is asked for, then the answer says where the metrics are', async () => {
    const url = await startExporter((await consoleUrl()).href);

    const response = await fetch(url.replace('/metrics', '/'));

    expect([response.status, await response.text()]).toEqual([404, 'Metrics are at /metrics.\n']);
  });

  describe('as a process', () => {
    const settings = { LOG_LEVEL: 'info', PGBOUNCER_EXPORTER_PORT: '0' };

    test('when it is started and told to end, then it serves in between and exits 0', async () => {
      const exporter = new ServiceProcess('pgbouncer-exporter.js', {
        ...settings,
        PGBOUNCER_STATS_URL: (await consoleUrl()).href,
      });
      closing.push(() => exporter.destroy());
      const [, url = ''] = await exporter.says(/"url":"(http:\/\/127\.0\.0\.1:\d+\/metrics)"/);

      expect((await scrape(url)).get('pgbouncer_up')).toBe(1);
      exporter.signal('SIGTERM');

      expect(await exporter.ended()).toBe(0);
    });

    test('when nothing says where PgBouncer is, then it exits 1 and says what to set', async () => {
      const exporter = new ServiceProcess('pgbouncer-exporter.js', settings);
      closing.push(() => exporter.destroy());

      await exporter.says(/PGBOUNCER_STATS_URL is not set/);

      expect(await exporter.ended()).toBe(1);
    });

    test('when it is in production and the way to PgBouncer is not verified, then it exits 1', async () => {
      const exporter = new ServiceProcess('pgbouncer-exporter.js', {
        ...settings,
        NODE_ENV: 'production',
        PGBOUNCER_STATS_URL: pooler.url,
      });
      closing.push(() => exporter.destroy());

      await exporter.says(/PGBOUNCER_STATS_URL has to say sslmode=verify-full/);

      expect(await exporter.ended()).toBe(1);
    });
  });
});
