import { JobRepository, type ClaimedJob, type Lease } from '../../../src/jobs/job-repository.js';
import { JOB_STATUSES, JOB_TRANSITIONS, type JobStatus } from '../../../src/jobs/job-states.js';
import { LeaseRepository } from '../../../src/processing/lease-repository.js';
import { insertJob, readJob } from '../../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const LEASE_MS = 30_000;

describe('claiming and working a job', () => {
  let database: TestDatabase;
  let jobs: JobRepository;
  let leases: LeaseRepository;

  beforeAll(async () => {
    database = await createTestDatabase();
    jobs = new JobRepository(database.database);
    leases = new LeaseRepository(database.database);
  });
  beforeEach(() => database.sql.query('DELETE FROM jobs'));
  afterAll(() => database.drop());

  const leaseOf = (job: ClaimedJob, workerId = 'worker-1'): Lease => ({
    jobId: job.id,
    workerId,
    fencingToken: job.fencingToken,
  });
  const claimOne = async (workerId = 'worker-1') => {
    const [claimed] = await jobs.claimBatch(workerId, 1, LEASE_MS);
    return claimed!;
  };
  const countLeases = async () =>
    Number((await database.row<{ count: string }>('SELECT count(*) FROM job_leases')).count);

  test('when workers claim at once, then each job goes to exactly one', async () => {
    for (let index = 0; index < 100; index += 1) await insertJob(database);

    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, worker) => jobs.claimBatch(`worker-${worker}`, 7, LEASE_MS)),
    );

    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rest = await jobs.claimBatch('the-last', 100, LEASE_MS);
    expect(ids.length + rest.length).toBe(100);
    expect(Math.max(...claims.map((claim) => claim.length))).toBeLessThanOrEqual(7);
  });

  test('when jobs are claimed, then the longest waiting come first, each with a lease and a greater token', async () => {
    const second = await insertJob(database, 'PENDING', { next_attempt_at: new Date(Date.now() - 1_000) });
    const first = await insertJob(database, 'PENDING', {
      next_attempt_at: new Date(Date.now() - 9_000),
      fencing_token: '4',
    });
    await insertJob(database, 'PENDING');

    const claimed = await jobs.claimBatch('worker-1', 2, LEASE_MS);

    expect(claimed.map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(claimed[0]!.fencingToken).toBe(5);
    const lease = await database.row<{ worker_id: string; fencing_token: string; left: string }>(
      `SELECT worker_id, fencing_token, extract(epoch FROM expires_at - now()) AS left FROM job_leases WHERE job_id = $1`,
      [first.id],
    );
    expect(lease).toMatchObject({ worker_id: 'worker-1', fencing_token: '5' });
    expect(Number(lease.left)).toBeGreaterThan(25);
    expect((await readJob(database, first.id)).status).toBe('UPLOADING');
  });

  const isWaiting = (status: JobStatus) =>
    JOB_TRANSITIONS[status].some((to) => to === 'UPLOADING' || (status.startsWith('RETRY') && to === 'PROCESSING'));

  test.each(JOB_STATUSES.filter(isWaiting))('when a %s job is due, then it is claimed', async (status) => {
    const job = await insertJob(database, status, { next_attempt_at: new Date(0) });

    expect((await jobs.claimBatch('worker-1', 10, LEASE_MS)).map(({ id }) => id)).toEqual([job.id]);
  });

  test.each(JOB_STATUSES.filter((status) => !isWaiting(status)))(
    'when a job is %s, then it is left alone',
    async (status) => {
      const job = await insertJob(database, status, { next_attempt_at: new Date(0) });

      expect(await jobs.claimBatch('worker-1', 10, LEASE_MS)).toEqual([]);
      expect(await readJob(database, job.id)).toEqual(job);
    },
  );

  test('when a retry is not due yet, then it stays', async () => {
    await insertJob(database, 'RETRY_UPLOAD', { next_attempt_at: new Date(Date.now() + 60_000) });

    expect(await jobs.claimBatch('worker-1', 10, LEASE_MS)).toEqual([]);
  });

  test('when a job is completed, then status, results and the end of the lease come together', async () => {
    await insertJob(database);
    const lease = leaseOf(await claimOne());
    await jobs.startProcessing(lease, { fileName: 'a.csv', fileSize: 3, fileMime: 'text/csv' }, 10);

    const done = await jobs.complete(lease, 'COMPLETE', 'convert_csv', [{ format: 'markdown', content: 'née' }], null);

    expect(done).toBe(true);
    expect(await readJob(database, lease.jobId)).toMatchObject({
      status: 'COMPLETE',
      progress_percent: 100,
      mcp_tool_name: 'convert_csv',
      file_size: '3',
      error_code: null,
      completed_at: expect.any(Date),
    });
    const results = await database.rows(`SELECT format_type, content, size_bytes FROM results`);
    expect(results).toEqual([{ format_type: 'markdown', content: 'née', size_bytes: 4 }]);
    expect(await countLeases()).toBe(0);
  });

  describe('when another worker holds the job by now', () => {
    let stale: Lease;
    let current: Lease;
    beforeEach(async () => {
      await insertJob(database);
      stale = leaseOf(await claimOne('slow'), 'slow');
      await jobs.startProcessing(stale, { fileName: 'a.csv', fileSize: 3, fileMime: 'text/csv' }, 10);
      await jobs.handBack(stale);
      current = leaseOf(await claimOne('quick'), 'quick');
      await jobs.startProcessing(current, { fileName: 'a.csv', fileSize: 3, fileMime: 'text/csv' }, 10);
    });

    const failure = { code: 'E302', message: 'late', details: null };
    const writes: [string, (lease: Lease) => Promise<unknown>][] = [
      ['start', (lease) => jobs.startProcessing(lease, { fileName: 'late', fileSize: 1, fileMime: 'x/y' }, 10)],
      ['progress', (lease) => jobs.recordProgress(lease, 'export', 99)],
      ['completion', (lease) => jobs.complete(lease, 'COMPLETE', 'late', [{ format: 'html', content: 'late' }], null)],
      ['failure', (lease) => jobs.fail(lease, failure)],
      ['retry', async (lease) => (await jobs.scheduleRetry(lease, 'RETRY_PROCESSING', failure)) !== undefined],
      ['return', (lease) => jobs.handBack(lease)],
    ];

    test.each(writes)('then the late %s of the first changes nothing', async (_, write) => {
      const before = await readJob(database, stale.jobId);

      expect(await write(stale)).toBe(false);
      expect(await write({ ...current, workerId: 'slow' })).toBe(false);
      expect(await write({ ...stale, workerId: 'quick' })).toBe(false);

      expect(await readJob(database, stale.jobId)).toEqual(before);
      expect(await database.rows('SELECT FROM results')).toEqual([]);
      expect(await countLeases()).toBe(1);
    });

    test('then its heartbeat keeps only what it still holds', async () => {
      expect(await leases.prolong('slow', [stale], LEASE_MS)).toEqual(new Set());
      expect(await leases.prolong('quick', [current], LEASE_MS)).toEqual(new Set([current.jobId]));
    });
  });

  test('when a job fails for good, then it is FAILED with the reason and without a lease', async () => {
    await insertJob(database);
    const lease = leaseOf(await claimOne());

    expect(await jobs.fail(lease, { code: 'E004', message: 'encrypted', details: { why: 'password' } })).toBe(true);

    expect(await readJob(database, lease.jobId)).toMatchObject({
      status: 'FAILED',
      error_code: 'E004',
      error_message: 'encrypted',
      error_details: { why: 'password' },
    });
    expect(await countLeases()).toBe(0);
  });

  test('when attempts fail again and again, then the pauses double and RETRY_FAILED ends it', async () => {
    const job = await insertJob(database, 'PENDING', { max_retries: 3 });
    const failure = { code: 'E201', message: 'gone', details: null };
    const pauses: number[] = [];

    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await database.rows('UPDATE jobs SET next_attempt_at = now() WHERE id = $1', [job.id]);
      const lease = leaseOf(await claimOne());
      const outcome = await jobs.scheduleRetry(lease, 'RETRY_UPLOAD', failure);
      expect(outcome!.status).toBe(attempt === 4 ? 'RETRY_FAILED' : 'RETRY_UPLOAD');
      const row = await readJob(database, job.id);
      expect(row.retry_count).toBe(Math.min(attempt, 3));
      pauses.push((row.next_attempt_at.getTime() - row.updated_at.getTime()) / 1_000);
    }

    [1, 2, 4].forEach((base, index) => {
      expect(pauses[index]!).toBeGreaterThan(base * 0.9);
      expect(pauses[index]!).toBeLessThan(base * 1.3);
    });
    expect((await readJob(database, job.id)).completed_at).not.toBeNull();
  });

  test('when a running job is cancelled or deleted, then its lease is gone and its worker can write nothing', async () => {
    const cancelled = await insertJob(database);
    const cancelledLease = leaseOf(await claimOne());
    const deleted = await insertJob(database);
    const deletedLease = leaseOf(await claimOne());

    expect(await jobs.cancel(cancelled.id, 'local')).toMatchObject({ status: 'CANCELLED' });
    expect(await jobs.delete(deleted.id, 'local')).toMatchObject({ id: deleted.id });

    expect(await countLeases()).toBe(0);
    expect(await jobs.recordProgress(cancelledLease, 'upload', 5)).toBe(false);
    expect(await jobs.recordProgress(deletedLease, 'upload', 5)).toBe(false);
  });

  test('when an operator ends a run by hand, then its lease ends with it, and those of others stay', async () => {
    const ended = await insertJob(database);
    const endedLease = leaseOf(await claimOne());
    await insertJob(database);
    const otherLease = leaseOf(await claimOne());

    await database.rows(`UPDATE jobs SET status = 'FAILED' WHERE id = $1`, [ended.id]);

    expect(await jobs.recordProgress(endedLease, 'upload', 5)).toBe(false);
    expect(await jobs.recordProgress(otherLease, 'upload', 5)).toBe(true);
    expect(await countLeases()).toBe(1);
  });

  describe('of several clients', () => {
    beforeAll(() =>
      database.sql.query(`INSERT INTO clients (id, name) SELECT 'c' || n, '' FROM generate_series(1, 4) n`),
    );
    afterAll(async () => {
      await database.sql.query(`DELETE FROM jobs; DELETE FROM clients WHERE id <> 'local'`);
    });

    const insertMany = (clientId: string, count: number, age: string) =>
      database.rows(
        `INSERT INTO jobs (id, client_id, session_id, input_type, next_attempt_at)
         SELECT gen_random_uuid(), $1, 's', 'FILE', now() - $3::interval FROM generate_series(1, $2)`,
        [clientId, count, age],
      );
    /** Claims until nothing is left, as one worker does; answers whose jobs each claim got. */
    const claimAll = async (limit: number, mostClaims: number) => {
      const claims: string[][] = [];
      let last = '';
      while (claims.length < mostClaims) {
        const claimed = await jobs.claimBatch('worker-1', limit, LEASE_MS, last);
        if (claimed.length === 0) break;
        last = claimed.at(-1)!.clientId;
        claims.push(claimed.map(({ clientId }) => clientId));
      }
      return claims;
    };

    test('when one has 10,000 jobs and another has one, then that is among the next few', async () => {
      await insertMany('c1', 10_000, '1 hour');
      await insertMany('c2', 1, '1 second');

      expect((await claimAll(1, 3)).flat()).toEqual(['c1', 'c2', 'c1']);
    });

    test('when claims take several at once, then each serves the client whose turn it is, and the next with what is left', async () => {
      await insertMany('c1', 5, '1 minute');
      await insertMany('c2', 1, '1 minute');
      await insertMany('c3', 4, '1 minute');

      expect(await claimAll(3, 10)).toEqual([['c1', 'c1', 'c1'], ['c2', 'c3', 'c3'], ['c1', 'c1', 'c3'], ['c3']]);
    });

    test('when the client that was served last has no jobs any more, or is gone, then the turn goes on', async () => {
      await insertMany('c3', 1, '1 minute');

      expect((await jobs.claimBatch('worker-1', 1, LEASE_MS, 'c2')).map(({ clientId }) => clientId)).toEqual(['c3']);
      await insertMany('c1', 1, '1 minute');
      expect((await jobs.claimBatch('worker-1', 1, LEASE_MS, 'zzz')).map(({ clientId }) => clientId)).toEqual(['c1']);
    });

    test('when a claim takes few, then few rows are locked on the way', async () => {
      for (const client of ['c1', 'c2', 'c3', 'c4']) await insertMany(client, 100, '1 minute');

      await database.database.transaction(async (executor) => {
        await new JobRepository(executor).claimBatch('worker-1', 5, LEASE_MS);
        const { free } = await database.row<{ free: string }>(
          `SELECT count(*) AS free FROM (SELECT FROM jobs WHERE status = 'PENDING' FOR UPDATE SKIP LOCKED) AS unlocked`,
        );
        expect(Number(free)).toBe(400 - 5);
      });
    });
  });

  test('when the same insert is sent twice, then there is one job and both answer its time', async () => {
    const id = '01900000-0000-7000-8000-000000000001';
    const job = {
      clientId: 'local',
      sessionId: 's',
      inputType: 'URL' as const,
      inputPath: null,
      inputUrl: 'https://example.org/a.pdf',
      fileName: null,
      fileSize: null,
      fileMime: null,
      timeoutMs: null,
      maxRetries: 3,
    };

    const first = await jobs.insert(job, id);
    const second = await jobs.insert(job, id);

    expect(second).toEqual(first);
    expect(await database.rows('SELECT FROM jobs')).toHaveLength(1);
  });
});
