import { JobRepository } from '../../src/jobs/job-repository.js';
import { insertJob, readJob } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** The cancellation's snapshot was older than the claim, so it did not see the lease and left it behind. */
describe('a cancellation that waited for a claim', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  test('when the claim commits first, then the job is cancelled and its lease is gone', async () => {
    const { id } = await insertJob(db, 'PENDING');
    let cancelling: Promise<unknown> | undefined;

    await db.database.transaction(async (executor) => {
      expect(await new JobRepository(executor).claimBatch('worker-1', 1, 30_000)).toHaveLength(1);
      cancelling = new JobRepository(db.database).cancel(id, 'local');
      await until(async () => {
        const waiting = await db.rows(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return waiting.length > 0;
      });
    });

    expect(await cancelling).toMatchObject({ status: 'CANCELLED' });
    expect((await readJob(db, id)).status).toBe('CANCELLED');
    expect(await db.rows('SELECT FROM job_leases')).toEqual([]);
  });
});
