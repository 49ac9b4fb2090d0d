import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventRepository } from '../../src/events/event-repository.js';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { TransitionRecorder } from '../../src/jobs/transitions.js';
import { createLogger } from '../../src/observability/logger.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { Rescuer } from '../../src/processing/rescuer.js';
import { WorkFolders } from '../../src/processing/work-folder.js';
import { InputStorage } from '../../src/storage/input-storage.js';
import { ROOT } from '../support/generated.js';
import { insertJob, readJob } from '../support/job-rows.js';
import { ServiceProcess } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestWorker } from '../support/test-worker.js';
import { until } from '../support/until.js';

/** Worker processes, run for real, that die, stand still, or have a wrong clock. */
describe('a worker process', () => {
  let db: TestDatabase;
  let dataDir: string;
  const processes: ServiceProcess[] = [];

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  beforeEach(async () => {
    await db.sql.query('DELETE FROM jobs');
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-lost-'));
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((running) => running.destroy()));
    await rm(dataDir, { recursive: true, force: true });
  });
  afterAll(() => db.drop());

  function startWorker(settings: NodeJS.ProcessEnv = {}): ServiceProcess {
    const worker = new ServiceProcess('worker.js', {
      DATABASE_URL: db.appUrl,
      DIRECT_DATABASE_URL: db.migrationUrl,
      DATA_DIR: dataDir,
      WORKER_POLL_MS: '20',
      LEASE_MS: '1000',
      ...settings,
    });
    processes.push(worker);
    return worker;
  }
  const stuck = { MCP_SERVER_COMMAND: `${process.execPath} ${path.join(ROOT, 'test/support/stuck-converter.mjs')}` };

  async function inputFile(content: string): Promise<{ input_path: string; file_name: string }> {
    const file = path.join(dataDir, 'a.csv');
    await writeFile(file, content);
    return { input_path: file, file_name: 'a.csv' };
  }
  const isConverting = async (id: string) => (await readJob(db, id)).current_stage === 'conversion';
  const statusOf = async (id: string) => (await readJob(db, id)).status;

  test('when it is killed, then another rescues its job and completes it', async () => {
    const { id } = await insertJob(db, 'PENDING', await inputFile('hang'));
    const killed = startWorker(stuck);
    await until(() => isConverting(id));

    killed.signal('SIGKILL');
    await rm(path.join(dataDir, 'a.csv'));
    const other = startWorker();

    await other.says(/work taken up from a checkpoint/);
    await until(async () => (await statusOf(id)) === 'COMPLETE');
    expect((await readJob(db, id)).retry_count).toBe(1);
    expect(await db.rows('SELECT FROM results')).toHaveLength(3);
    await until(async () => (await readdir(path.join(dataDir, 'work'))).length === 0);
  });

  test('when it stands still past its lease and goes on, then it gives up the job that another has completed', async () => {
    const { id } = await insertJob(db, 'PENDING', await inputFile('hang'));
    const stopped = startWorker(stuck);
    await until(() => isConverting(id));
    stopped.signal('SIGSTOP');
    const logger = createLogger({ level: 'silent', service: 'test' });
    const metrics = createMetrics();
    const rescuer = new Rescuer({
      jobs: new JobRepository(db.database),
      events: new EventRepository(db.database),
      folders: new WorkFolders(dataDir),
      leaseMs: 1_000,
      metrics,
      transitions: new TransitionRecorder(logger, metrics),
      logger,
    });
    await until(async () => {
      await rescuer.runOnce();
      return (await statusOf(id)) === 'RETRY_PENDING';
    });
    await db.rows('UPDATE jobs SET next_attempt_at = now()');
    await inputFile('a,b\n1,2\n');
    const storage = new InputStorage(path.join(dataDir, 'inputs'));
    const other = await createTestWorker({ db, storage, inputDirs: [tmpdir()] });
    await other.workAll();
    await other.close();
    const completed = await readJob(db, id);
    expect(completed).toMatchObject({ status: 'COMPLETE', fencing_token: '2' });

    stopped.signal('SIGCONT');

    await stopped.says(/attempt stopped: the job is no longer held/);
    expect(await readJob(db, id)).toEqual(completed);
    expect(await db.rows('SELECT FROM results')).toHaveLength(3);
  });

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('when its clock is %s, then it keeps the same schedule as any other', async (_, shiftMs) => {
    const minutes = (count: number) => new Date(Date.now() + count * 60_000);
    const input = await inputFile('a,b\n1,2\n');
    const due = await insertJob(db, 'PENDING', input);
    const dueRetry = await insertJob(db, 'RETRY_UPLOAD', { ...input, next_attempt_at: minutes(-1) });
    const laterRetry = await insertJob(db, 'RETRY_UPLOAD', { ...input, next_attempt_at: minutes(30) });
    const [dead, alive] = [await insertJob(db, 'PROCESSING', input), await insertJob(db, 'PROCESSING', input)];
    const lease = `INSERT INTO job_leases (job_id, worker_id, fencing_token, expires_at) VALUES ($1, 'other', 0, $2)`;
    await db.rows(lease, [dead.id, minutes(-1)]);
    await db.rows(lease, [alive.id, minutes(30)]);

    const worker = startWorker({
      NODE_OPTIONS: `--import=${path.join(ROOT, 'test/support/shifted-clock.mjs')}`,
      CLOCK_SHIFT_MS: String(shiftMs),
    });

    const [, loggedAt] = await worker.says(/"timestamp":"([^"]+)"/);
    expect(Math.abs(new Date(loggedAt!).getTime() - Date.now() - shiftMs)).toBeLessThan(600_000);
    for (const { id } of [due, dueRetry, dead]) await until(async () => (await statusOf(id)) === 'COMPLETE');
    expect((await readJob(db, dead.id)).retry_count).toBe(1);
    expect(await readJob(db, laterRetry.id)).toEqual(laterRetry);
    expect(await readJob(db, alive.id)).toEqual(alive);
  });
});
