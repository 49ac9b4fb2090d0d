import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConverterFixture, patient } from '../support/converters.js';
import { ROOT } from '../support/generated.js';
import { insertJob, readJob } from '../support/job-rows.js';
import { ServiceProcess } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** Processes, run for real, that are told to end. */
describe('ending processes', () => {
  let db: TestDatabase;
  let dataDir: string;
  const processes: ServiceProcess[] = [];

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  beforeEach(async () => {
    await db.sql.query('DELETE FROM jobs');
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-drain-'));
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((running) => running.destroy()));
    await rm(dataDir, { recursive: true, force: true });
  });
  afterAll(() => db.drop());

  function start(entry: 'web.js' | 'worker.js', settings: NodeJS.ProcessEnv = {}): ServiceProcess {
    const running = new ServiceProcess(entry, {
      DATABASE_URL: db.appUrl,
      DIRECT_DATABASE_URL: db.migrationUrl,
      DATA_DIR: dataDir,
      WORKER_POLL_MS: '20',
      ...settings,
    });
    processes.push(running);
    return running;
  }
  const stuck = { MCP_SERVER_COMMAND: `${process.execPath} ${path.join(ROOT, 'test/support/stuck-converter.mjs')}` };

  async function waitingJob(content: string): Promise<string> {
    const file = path.join(dataDir, 'a.csv');
    await writeFile(file, content);
    return (await insertJob(db, 'PENDING', { input_path: file, file_name: 'a.csv' })).id;
  }
  const isConverting = async (id: string) => (await readJob(db, id)).current_stage === 'conversion';
  const countOf = async (table: string) => (await db.rows(`SELECT FROM ${table}`)).length;

  test('when a worker is told to end, then it finishes what runs, claims no more and exits 0', async () => {
    const go = path.join(dataDir, 'go');
    const running = await waitingJob(`wait for ${go}`);
    const worker = start('worker.js', stuck);
    await until(() => isConverting(running));

    worker.signal('SIGTERM');
    await worker.says(/shutting down/);
    const late = await waitingJob('a,b\n');
    await writeFile(go, '');

    expect(await worker.ended()).toBe(0);
    expect(await readJob(db, running)).toMatchObject({ status: 'COMPLETE', retry_count: 0 });
    expect((await readJob(db, late)).status).toBe('PENDING');
    expect(await countOf('job_leases')).toBe(0);
    expect(await readdir(path.join(dataDir, 'work'))).toEqual([]);
  });

  test.each(['hang', 'spin'])(
    'when a job (%s) cannot finish in time, then it goes back unspent with its checkpoint, and the next worker goes on',
    async (how) => {
      const id = await waitingJob(how);
      const worker = start('worker.js', { ...stuck, SHUTDOWN_TIMEOUT_MS: '100' });
      await until(() => isConverting(id));

      worker.signal('SIGTERM');

      expect(await worker.ended()).toBe(0);
      expect(await readJob(db, id)).toMatchObject({
        status: 'RETRY_PENDING',
        retry_count: 0,
        error_code: null,
        checkpoint_data: { version: 1 },
      });
      expect(await countOf('job_leases')).toBe(0);
      const next = start('worker.js');
      await next.says(/work taken up from a checkpoint/);
      await until(async () => (await readJob(db, id)).status === 'COMPLETE');
      await until(async () => (await readdir(path.join(dataDir, 'work'))).length === 0);
    },
  );

  test('when the signal reaches the converter children too, then they work on', async () => {
    const fixture = await ConverterFixture.create();
    const converter = fixture.converter();
    await until(() => converter.status.idle === 1);
    const { pids } = converter.status;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.kill(pids[0]!, signal);

    const session = await converter.open(patient);
    await session.convert(await fixture.source('a.csv', 'a,b\n'), patient);
    await session.release();

    expect(converter.status.pids).toEqual(pids);
    await fixture.close();
  });

  describe('a rolling restart', () => {
    /** The web process that gets new requests, as a load balancer would have it. */
    let target: string;
    const accepted: string[] = [];

    async function call(method: string, url: string, body?: object): Promise<Record<string, string>> {
      const request = http.request(url, { method, agent: false, headers: { 'content-type': 'application/json' } });
      request.end(body && JSON.stringify(body));
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      const chunks = await response.toArray();
      const text = Buffer.concat(chunks as Buffer[]).toString();
      if (response.statusCode !== 200) throw new Error(`${method} ${url}: ${response.statusCode} ${text}`);
      return JSON.parse(text) as Record<string, string>;
    }

    /** A client that sends one document after the other, each once the one before is done. No call of it may fail. */
    async function sendDocuments(stop: AbortSignal): Promise<void> {
      const document = { sessionId: 's', inputType: 'FILE', fileName: 'a.csv', filePath: path.join(dataDir, 'a.csv') };
      while (!stop.aborted) {
        const { jobId } = await call('POST', `${target}/api/v1/process`, document);
        accepted.push(jobId!);
        for (let status = ''; !/COMPLETE|FAILED/.test(status) && !stop.aborted;) {
          status = (await call('GET', `${target}/api/v1/jobs/${jobId}`)).status!;
        }
      }
    }

    async function startBoth(): Promise<{ web: ServiceProcess; worker: ServiceProcess; url: string }> {
      const [web, worker] = [start('web.js'), start('worker.js')];
      const [[, url]] = await Promise.all([web.says(/"url":"(http:[^"]+)"/), worker.says(/working jobs/)]);
      return { web, worker, url: url! };
    }

    test('when web and worker processes are replaced one by one, then no request and no running job suffers', async () => {
      await writeFile(path.join(dataDir, 'a.csv'), 'a,b\n1,2\n');
      let current = await startBoth();
      target = current.url;
      const stop = new AbortController();
      const clients = [1, 2, 3].map(() => sendDocuments(stop.signal));
      const failure = Promise.all(clients);
      failure.catch(() => undefined); // told at the end

      for (let restart = 1; restart <= 2; restart += 1) {
        const before = accepted.length;
        await until(() => accepted.length > before + 5);
        const next = await startBoth();
        target = next.url;
        current.worker.signal('SIGTERM');
        current.web.signal('SIGTERM');
        expect([await current.worker.ended(), await current.web.ended()]).toEqual([0, 0]);
        current = next;
      }
      const before = accepted.length;
      await until(() => accepted.length > before + 5);
      stop.abort();
      await failure;

      await until(async () => (await countOf(`jobs WHERE status <> 'COMPLETE'`)) === 0);
      expect(new Set(accepted).size).toBe(await countOf('jobs'));
      expect(await countOf('jobs WHERE retry_count > 0')).toBe(0);
      expect(await countOf('results')).toBe(3 * accepted.length);
      expect(await countOf('job_leases')).toBe(0);
    }, 60_000);
  });
});
