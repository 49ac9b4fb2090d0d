import { insertJob } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { verifyJobs, Violations } from './verify.mjs';

/** The chaos run proves something only if it would see a broken promise. */
describe('what the chaos run looks at', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  beforeEach(() => db.sql.query('DELETE FROM jobs'));
  afterAll(() => db.drop());

  const marker = 'chaos-000001';
  async function completedJob(): Promise<string> {
    const { id } = await insertJob(db, 'PENDING', { file_name: `${marker}.csv` });
    for (const status of ['UPLOADING', 'PROCESSING', 'COMPLETE']) {
      await db.rows('UPDATE jobs SET status = $2 WHERE id = $1', [id, status]);
    }
    await db.rows(
      `INSERT INTO results (job_id, format_type, content, size_bytes)
       SELECT $1, format, $2, octet_length($2) FROM unnest('{markdown,html,json}'::text[]) AS format`,
      [id, `content of ${marker}`],
    );
    return id;
  }
  const acceptedAs = (id: string, values: object = {}) => ({
    ...{ id, marker, converts: true, keyed: true, cancelled: false, deleted: false },
    ...values,
  });
  async function broken(...accepted: ReturnType<typeof acceptedAs>[]): Promise<string[]> {
    const violations = new Violations();
    await verifyJobs(
      { query: (text: string, values: unknown[]) => db.rows(text, values) } as never,
      accepted,
      violations,
    );
    return violations.list().map(({ promise }) => promise);
  }

  test('when every promise was kept, then it finds nothing', async () => {
    expect(await broken(acceptedAs(await completedJob()))).toEqual([]);
  });

  test.each([
    ['the job is gone', 'DELETE FROM jobs', 'an accepted job is never lost'],
    [
      'a result is missing',
      `DELETE FROM results WHERE format_type = 'html'`,
      'the results are those that the status implies',
    ],
    [
      'a result is of another document',
      `UPDATE results SET content = 'xx', size_bytes = 2`,
      'results are of their own document',
    ],
    ['a size is wrong', 'UPDATE results SET size_bytes = 1', 'results are of their own document'],
    ['an event is missing', 'DELETE FROM job_events WHERE seq = 2', 'the audit trail leads to what the row says'],
    [
      'it ended twice',
      `INSERT INTO job_events SELECT job_id, 5, now(), 'PROCESSING', 'FAILED', NULL, 0, NULL FROM job_events WHERE seq = 1`,
      'a job ends exactly once',
    ],
    ['a lease is left', `INSERT INTO job_leases SELECT id, 'w', 1, now() FROM jobs`, 'no lease is left'],
    ['a checkpoint is left', `UPDATE jobs SET checkpoint_data = '{}'`, 'no checkpoint outlives its job'],
  ])('when %s, then it says so', async (_, damage, promise) => {
    const id = await completedJob();
    await db.rows(damage);

    expect(await broken(acceptedAs(id))).toContain(promise);
  });

  test('when a job has not ended, or a key made two, then it says so', async () => {
    const { id } = await insertJob(db, 'PENDING', { file_name: `${marker}.csv` });
    await completedJob();

    expect((await broken(acceptedAs(id))).sort()).toEqual(['every job ends', 'the same Idempotency-Key makes one job']);
  });

  test('when the client was told otherwise, then it says so', async () => {
    const id = await completedJob();

    expect(await broken(acceptedAs(id, { cancelled: true }))).toEqual(['a cancelled job stays cancelled']);
    expect(await broken(acceptedAs(id, { converts: false }))).toEqual(['a broken document is never COMPLETE']);
    expect(await broken(acceptedAs(id, { deleted: true }))).toEqual(['a deleted job is gone']);
  });
});
