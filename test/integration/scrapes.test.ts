import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { createMetrics } from '../../src/observability/metrics.js';
import type { MetricDescription } from '../../src/observability/metric-set.js';
import { ROOT } from '../support/generated.js';
import { insertJob, readJob } from '../support/job-rows.js';
import { parseScrape, samplesOf, type ScrapedSample } from '../support/scrape.js';
import { ServiceProcess } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const CONVERTER = `${process.execPath} ${path.join(ROOT, 'test/support/stuck-converter.mjs')}`;
/** Without TLS there is none, as `tls.test.ts` shows. */
const NOT_HERE = ['docling_jobs_database_certificate_expiry_timestamp_seconds'];

/** Web and worker as they are deployed, and what Prometheus reads from them. */
describe('a scrape', () => {
  const { descriptions } = createMetrics();
  let db: TestDatabase;
  let dataDir: string;
  const processes: ServiceProcess[] = [];

  beforeEach(async () => {
    db = await createTestDatabase();
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-scrapes-'));
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((running) => running.destroy()));
    await db.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  function start(entry: 'web.js' | 'worker.js', settings: NodeJS.ProcessEnv = {}): ServiceProcess {
    const running = new ServiceProcess(entry, {
      DATABASE_URL: db.appUrl,
      DIRECT_DATABASE_URL: db.migrationUrl,
      DATA_DIR: dataDir,
      WORKER_POLL_MS: '20',
      LEASE_MS: '1000',
      MCP_SERVER_COMMAND: CONVERTER,
      URL_ALLOW_PRIVATE: 'true',
      ...settings,
    });
    processes.push(running);
    return running;
  }
  const addressOf = async (running: ServiceProcess) => (await running.says(/"url":"(http:[^"]+)"/))[1]!;
  const scrape = async (url: string) => parseScrape((await request(url).get('/metrics').expect(200)).text);
  const valueOf = (scraped: readonly ScrapedSample[], name: string, labels: Record<string, string> = {}) =>
    scraped.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )?.value;

  async function submit(url: string, content: string): Promise<string> {
    const post = request(url).post('/api/v1/process').field('sessionId', 's');
    const { body } = await post.attach('file', Buffer.from(content), 'a.csv').expect(200);
    return body.jobId as string;
  }
  const comes = (id: string, status: string) => until(async () => (await readJob(db, id)).status === status);

  /** Something of every kind that the service counts. */
  async function haveItAll(url: string): Promise<string> {
    await comes(await submit(url, 'a,b\n1,2\n'), 'COMPLETE');
    const refused = { sessionId: 's', inputType: 'URL', inputUrl: 'http://127.0.0.1:1/', maxRetries: 1 };
    await request(url).post('/api/v1/process').send(refused).expect(200);
    const abandoned = await insertJob(db, 'PROCESSING', { updated_at: new Date(0) });
    await until(async () => (await readJob(db, abandoned.id)).retry_count > 0);
    const stuck = await submit(url, 'hang');
    await until(async () => (await readJob(db, stuck)).current_stage === 'conversion');
    await request(url).post(`/api/v1/jobs/${stuck}/cancel`).expect(200);
    return stuck;
  }

  /** Metrics that have no sample, or, where they count, have counted nothing. */
  function deadAmong(metrics: readonly MetricDescription[], scraped: readonly ScrapedSample[]): string[] {
    const alive = (metric: MetricDescription) => {
      const samples = samplesOf(metric, scraped);
      return metric.type === 'gauge' ? samples.length > 0 : samples.some(({ value }) => value > 0);
    };
    return metrics.filter((metric) => !alive(metric)).map(({ name }) => name);
  }

  test('when jobs were worked, refused, cancelled and rescued, then every metric that is documented is alive in its process', async () => {
    const urls = {
      web: await addressOf(start('web.js', { DB_POOL_SIZE: '1', DB_POOL_TIMEOUT_MS: '100' })),
      worker: await addressOf(start('worker.js')),
    };
    await haveItAll(urls.web);
    // A statement that waits for a lock has the only connection: others get none.
    await db.rows('BEGIN');
    await db.rows('LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
    const blocked = request(urls.web)
      .get('/api/v1/jobs')
      .then(() => undefined);
    await until(async () => (await request(urls.web).get('/api/v1/jobs')).status === 503);
    const during = await scrape(urls.web);
    await db.rows('ROLLBACK');
    await blocked;

    const counted = new Map<string, ScrapedSample[]>();
    await until(async () => {
      for (const [name, url] of Object.entries(urls)) counted.set(name, await scrape(url));
      return (valueOf(counted.get('worker')!, 'docling_jobs_converter_children', { state: 'idle' }) ?? 0) > 0;
    });
    const web = counted.get('web')!;
    const worker = counted.get('worker')!;
    const documented = descriptions.filter(({ name }) => !NOT_HERE.includes(name));
    const only = (...origins: string[]) => documented.filter(({ origin }) => origins.includes(origin));
    expect(deadAmong(only('web'), web)).toEqual([]);
    expect(deadAmong(only('worker'), worker)).toEqual([]);
    expect(deadAmong(only('each'), [...web, ...worker])).toEqual([]);
    expect(valueOf(during, 'docling_jobs_jobs', { status: 'COMPLETE' })).toBeUndefined();
    expect(valueOf(web, 'docling_jobs_jobs', { status: 'COMPLETE' })).toBe(1);
    expect(valueOf(worker, 'docling_jobs_jobs', { status: 'COMPLETE' })).toBe(1);
    expect(valueOf(worker, 'docling_jobs_converter_children_ended_total', { reason: 'stopped' })).toBe(1);
    expect(valueOf(web, 'docling_jobs_jobs_finished_total', { status: 'CANCELLED' })).toBe(1);
  }, 90_000);

  test('when the database goes away, then a scrape answers soon, without what it cannot know', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const nowhere = new URL(db.appUrl);
    nowhere.port = String((silent.address() as AddressInfo).port);
    const web = start('web.js', { DATABASE_URL: nowhere.href, DIRECT_DATABASE_URL: nowhere.href });
    try {
      const url = await addressOf(web);
      const scraped = await scrape(url);
      const again = await scrape(url);

      expect(valueOf(scraped, 'docling_jobs_jobs')).toBeUndefined();
      expect(valueOf(scraped, 'docling_jobs_oldest_waiting_seconds')).toBeUndefined();
      expect(valueOf(scraped, 'docling_jobs_db_pool_size')).toBe(5);
      expect(valueOf(again, 'docling_jobs_scrape_errors_total', { source: 'jobs' })).toBeGreaterThan(0);
      await web.says(/"message":"something to be scraped could not be read"/);
    } finally {
      await web.destroy();
      silent.close();
    }
  });

  test('when many scrape at once, then the counts are read once', async () => {
    const url = await addressOf(start('web.js'));

    await Promise.all(Array.from({ length: 20 }, () => scrape(url)));

    const statement = { statement: 'job-counts/list' };
    const reads = valueOf(await scrape(url), 'docling_jobs_db_statement_duration_seconds_count', statement);
    expect(reads).toBeLessThanOrEqual(3);
  });

  test('when a worker is asked for anything but its metrics and its probe, then it has nothing to say', async () => {
    const url = await addressOf(start('worker.js'));

    await request(url).get('/api/v1/health/live').expect(200, { status: 'ok' });
    const { body } = await request(url).get('/api/v1/jobs').expect(404);
    await request(url).post('/metrics').send('x').expect(404);

    expect(body).toMatchObject({ code: 'E501' });
  });

  test('when the port that METRICS_PORT names is taken, then the worker says what to set, and does not start', async () => {
    const port = new URL(await addressOf(start('web.js'))).port;
    const worker = start('worker.js', { METRICS_PORT: port });

    expect(await worker.ended()).toBe(1);
    await worker.says(new RegExp(`port ${port} is in use; set METRICS_PORT to another one, or to 0 for any`));
  });

  test('when no port was asked for and the usual one is taken, then the worker says so and works', async () => {
    const taken = createServer().listen(9464, '127.0.0.1');
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]); // by whom does not matter
    try {
      const worker = start('worker.js', { METRICS_PORT: '' });

      const [line] = await worker.says(/.*metrics are not served.*/);
      expect(line).toContain('port 9464 is in use; set METRICS_PORT to another one');
      await worker.says(/working jobs/);
    } finally {
      taken.close();
    }
  });
});
