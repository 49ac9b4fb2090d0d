import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventRepository } from '../../src/events/event-repository.js';
import { JobRepository, type Lease } from '../../src/jobs/job-repository.js';
import { TransitionRecorder } from '../../src/jobs/transitions.js';
import { createLogger } from '../../src/observability/logger.js';
import { createMetrics, type Metrics } from '../../src/observability/metrics.js';
import { LeaseRepository } from '../../src/processing/lease-repository.js';
import { Rescuer } from '../../src/processing/rescuer.js';
import { WorkFolders } from '../../src/processing/work-folder.js';
import { insertJob, readJob, type JobRow } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const LEASE_MS = 30_000;

describe('the rescuer', () => {
  let db: TestDatabase;
  let jobs: JobRepository;
  let metrics: Metrics;
  let rescuer: Rescuer;
  let dataDir: string;
  let folders: WorkFolders;

  beforeAll(async () => {
    db = await createTestDatabase();
    jobs = new JobRepository(db.database);
  });
  beforeEach(async () => {
    await db.sql.query('DELETE FROM jobs');
    metrics = createMetrics();
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-rescue-'));
    folders = new WorkFolders(dataDir);
    const logger = createLogger({ level: 'silent', service: 'test' });
    const transitions = new TransitionRecorder(logger, metrics);
    const events = new EventRepository(db.database);
    rescuer = new Rescuer({ jobs, events, folders, leaseMs: LEASE_MS, metrics, transitions, logger });
  });
  afterEach(() => rm(dataDir, { recursive: true }));
  afterAll(() => db.drop());

  /** The statuses that were counted, each as often as it was. */
  async function countedStatuses(counter: Pick<Metrics['jobsFinished'], 'get'>): Promise<unknown[]> {
    const { values } = await counter.get();
    return values.flatMap(({ labels, value }) => Array.from({ length: value }, () => labels['status']));
  }
  async function claimOne(values: Partial<Omit<JobRow, 'status'>> = {}): Promise<Lease> {
    const { id } = await insertJob(db, 'PENDING', values);
    const [claimed] = await jobs.claimBatch('worker-1', 1, LEASE_MS);
    return { jobId: id, workerId: 'worker-1', fencingToken: claimed!.fencingToken };
  }
  const startProcessing = (lease: Lease) =>
    jobs.startProcessing(lease, { fileName: 'a.csv', fileSize: 3, fileMime: 'text/csv' }, 10);
  const expire = (...leases: Lease[]) =>
    db.rows(`UPDATE job_leases SET expires_at = now() - interval '1 s' WHERE job_id = ANY($1)`, [
      leases.map(({ jobId }) => jobId),
    ]);
  const countOf = async (table: string) => (await db.rows(`SELECT FROM ${table}`)).length;
  const complete = (lease: Lease) =>
    jobs.complete(lease, 'COMPLETE', 'convert_csv', [{ format: 'html', content: 'x' }], null);

  test.each(['UPLOADING', 'PROCESSING'])(
    'when the lease of a job that is %s has run out, then the job waits for a retry with its checkpoint',
    async (status) => {
      const lease = await claimOne();
      if (status === 'PROCESSING') await startProcessing(lease);
      await db.rows(`UPDATE jobs SET checkpoint_data = '{"version": 0}'`);
      await expire(lease);

      await rescuer.runOnce();

      const job = await readJob(db, lease.jobId);
      expect(job).toMatchObject({
        status: 'RETRY_PENDING',
        retry_count: 1,
        error_code: 'E201',
        checkpoint_data: { version: 0 },
      });
      const pauseMs = job.next_attempt_at.getTime() - job.updated_at.getTime();
      expect(pauseMs).toBeGreaterThan(900);
      expect(pauseMs).toBeLessThan(1_300);
      expect(await countOf('job_leases')).toBe(0);
      expect(await countedStatuses(metrics.jobsRescued)).toEqual(['RETRY_PENDING']);
      expect(await countedStatuses(metrics.retries)).toEqual(['RETRY_PENDING']);
    },
  );

  test('when a lease still holds, then its job is left alone', async () => {
    const lease = await claimOne();
    const before = await readJob(db, lease.jobId);

    expect(await rescuer.runOnce()).toBe(false);

    expect(await readJob(db, lease.jobId)).toEqual(before);
    expect(await countOf('job_leases')).toBe(1);
  });

  test('when a job kills its worker again and again, then it ends after its retries, and nothing is kept of it', async () => {
    const { id } = await insertJob(db, 'PENDING', { max_retries: 2 });
    await folders.create({ jobId: id, fencingToken: 1 });
    const statuses: string[] = [];

    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await db.rows(`UPDATE jobs SET next_attempt_at = now(), checkpoint_data = '{}'`);
      const [claimed] = await jobs.claimBatch('worker-1', 1, LEASE_MS);
      await expire({ jobId: claimed!.id, workerId: 'worker-1', fencingToken: claimed!.fencingToken });
      await rescuer.runOnce();
      statuses.push((await readJob(db, id)).status);
    }

    expect(statuses).toEqual(['RETRY_PENDING', 'RETRY_PENDING', 'RETRY_FAILED']);
    expect(await readJob(db, id)).toMatchObject({ retry_count: 2, error_code: 'E201', checkpoint_data: null });
    expect((await readJob(db, id)).completed_at).not.toBeNull();
    expect(await folders.listJobs()).toEqual([]);
    expect(await countedStatuses(metrics.jobsFinished)).toEqual(['RETRY_FAILED']);
    expect(await countOf('job_leases')).toBe(0);
  });

  test('when a job has run for longer than a lease without one, then it is rescued, and a younger one is not', async () => {
    const old = await insertJob(db, 'PROCESSING', { updated_at: new Date(Date.now() - LEASE_MS - 10_000) });
    const young = await insertJob(db, 'PROCESSING', { updated_at: new Date(Date.now() - LEASE_MS + 10_000) });

    await rescuer.runOnce();

    expect((await readJob(db, old.id)).status).toBe('RETRY_PENDING');
    expect((await readJob(db, young.id)).status).toBe('PROCESSING');
  });

  test('when a job is about to be completed, then the rescuer neither waits for it nor takes it', async () => {
    const lease = await claimOne();
    await startProcessing(lease);
    await expire(lease);

    await db.database.transaction(async (executor) => {
      await new JobRepository(executor).complete(lease, 'COMPLETE', 'convert_csv', [], null);
      expect(await rescuer.runOnce()).toBe(false);
    });
    await rescuer.runOnce();

    expect(await readJob(db, lease.jobId)).toMatchObject({ status: 'COMPLETE', retry_count: 0 });
  });

  test('when others hold more expired jobs than one round takes, then the next ones are rescued all the same', async () => {
    await db.rows(
      `WITH made AS (
         INSERT INTO jobs (id, client_id, session_id, input_type, status)
         SELECT gen_random_uuid(), 'local', 's', 'FILE', 'UPLOADING' FROM generate_series(1, 160) RETURNING id
       )
       INSERT INTO job_leases (job_id, worker_id, fencing_token, expires_at)
       SELECT id, 'dead', 0, now() - row_number() OVER () * interval '1 s' FROM made`,
    );
    await db.rows('BEGIN');
    await db.rows('SELECT FROM job_leases ORDER BY expires_at LIMIT 120 FOR UPDATE');

    expect(await rescuer.runOnce()).toBe(false);
    await db.rows('ROLLBACK');
    expect(await countOf(`jobs WHERE status = 'RETRY_PENDING'`)).toBe(40);

    expect(await rescuer.runOnce()).toBe(true);
    expect(await rescuer.runOnce()).toBe(false);
    expect(await countOf(`jobs WHERE status = 'RETRY_PENDING'`)).toBe(160);
  });

  test('when workers complete, prolong and rescue the same jobs at once, then each job has one outcome', async () => {
    const leases: Lease[] = [];
    for (let index = 0; index < 60; index += 1) {
      leases.push(await claimOne());
      await startProcessing(leases[index]!);
    }
    const repository = new LeaseRepository(db.database);
    await expire(...leases);

    const completions = await Promise.all([
      ...leases.map(complete),
      ...Array.from({ length: 8 }, () => rescuer.runOnce().then(() => undefined)),
      ...leases.map((lease) => repository.prolong('worker-1', [lease], -1_000).then(() => undefined)),
      ...Array.from({ length: 4 }, () => repository.prolong('worker-1', leases, -1_000).then(() => undefined)),
    ]);

    for (const [index, { jobId }] of leases.entries()) {
      const { status, retry_count: retries } = await readJob(db, jobId);
      const results = await db.rows('SELECT FROM results WHERE job_id = $1', [jobId]);
      const done = completions[index] === true;
      expect({ status, retries, results: results.length }).toEqual(
        done ? { status: 'COMPLETE', retries: 0, results: 1 } : { status: 'RETRY_PENDING', retries: 1, results: 0 },
      );
    }
    expect(await countOf('job_leases')).toBe(0);
  });
});
