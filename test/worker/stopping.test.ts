import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createConverter, type PooledConverter } from '../../src/conversion/client/create-converter.js';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { InputStorage } from '../../src/storage/input-storage.js';
import { isRunning } from '../support/converters.js';
import { ROOT } from '../support/generated.js';
import { insertJob, readJob, type JobRow } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestWorker, type TestWorker } from '../support/test-worker.js';
import { until } from '../support/until.js';

/** What the conversion of a cancelled, deleted or overdue job may still take: the promise is 2 s. */
const PROMISED_MS = 2_000;

describe('stopping a conversion', () => {
  let db: TestDatabase;
  let converter: PooledConverter;
  let working: TestWorker;
  let jobs: JobRepository;

  beforeAll(async () => {
    db = await createTestDatabase();
    jobs = new JobRepository(db.database);
  });
  beforeEach(async () => {
    await db.sql.query('DELETE FROM jobs');
    const standIn = path.join(ROOT, 'test/support/stuck-converter.mjs');
    converter = createConverter({
      url: undefined,
      command: `${process.execPath} ${standIn}`,
      memoryMb: 256,
      poolSize: 1,
    });
    const storage = new InputStorage(path.join(ROOT, 'no-uploads-here'));
    working = await createTestWorker({ db, storage, converter, inputDirs: ['/tmp'], leaseMs: 600_000 });
  });
  afterEach(() => working.close());
  afterAll(() => db.drop());

  async function waitingJob(content: string, values: Partial<Omit<JobRow, 'status'>> = {}): Promise<string> {
    const inbox = path.join(working.dataDir, 'inbox');
    await mkdir(inbox, { recursive: true });
    const file = path.join(inbox, `${content.slice(0, 4)}.csv`);
    await writeFile(file, content);
    return (await insertJob(db, 'PENDING', { input_path: file, file_name: 'a.csv', ...values })).id;
  }
  const isConverting = async (id: string) => (await readJob(db, id)).current_stage === 'conversion';
  const workFolders = () => readdir(path.join(working.dataDir, 'work'));
  const countOf = async (table: string) => (await db.rows(`SELECT FROM ${table}`)).length;

  async function expectNothingLeft(): Promise<void> {
    expect(await workFolders()).toEqual([]);
    expect(await countOf('job_leases')).toBe(0);
    expect(await countOf('results')).toBe(0);
  }

  /** A pool that is whole converts the next document. */
  async function expectPoolWhole(): Promise<void> {
    const id = await waitingJob('a,b\n');
    await working.workAll();
    expect((await readJob(db, id)).status).toBe('COMPLETE');
    await until(() => converter.status.idle === 1);
    expect(converter.status).toMatchObject({ idle: 1, busy: 0, waiting: 0 });
  }

  describe.each([
    ['cancelled', (id: string) => jobs.cancel(id, 'local')],
    ['deleted', (id: string) => jobs.delete(id, 'local')],
  ])('when a job is %s while the worker runs by itself, however long its lease is,', (_, end) => {
    test.each(['hang', 'spin'])(
      'then its converter (%s) is ended within 2 s and nothing of it is left',
      async (how) => {
        const id = await waitingJob(how);
        working.worker.start();
        await until(() => isConverting(id));
        const [pid] = converter.status.pids;

        await end(id);
        await until(() => !isRunning(pid!), PROMISED_MS);
        await working.worker.idle();

        await expectNothingLeft();
        expect(await countOf(`jobs WHERE status <> 'CANCELLED'`)).toBe(0);
        expect((await working.metrics.leasesLost.get()).values[0]!.value).toBe(1);
        await expectPoolWhole();
      },
    );
  });

  test.each(['hang', 'spin'])(
    'when a conversion (%s) outlasts its time limit, then its converter is ended and the job reads E301',
    async (how) => {
      const id = await waitingJob(how, { timeout_ms: 400 });
      await until(() => converter.status.idle === 1);
      const [pid] = converter.status.pids;

      await working.worker.claimOnce();
      await working.worker.idle();

      expect(await readJob(db, id)).toMatchObject({
        status: 'FAILED',
        error_code: 'E301',
        error_message: 'The job did not finish within its time limit of 0.4 s.',
      });
      await until(() => !isRunning(pid!), PROMISED_MS);
      await expectNothingLeft();
      await expectPoolWhole();
    },
  );

  test('when a job runs out of its time while it waits for a free converter, then it reads E301 and the other goes on', async () => {
    const busy = await waitingJob('hang');
    await working.worker.claimOnce();
    await until(() => isConverting(busy));
    const waiting = await waitingJob('a,b\n', { timeout_ms: 300 });

    await working.worker.claimOnce();
    await until(async () => (await readJob(db, waiting)).status === 'FAILED');

    expect(await readJob(db, waiting)).toMatchObject({ error_code: 'E301', current_stage: 'parsing' });
    expect(await readJob(db, busy)).toMatchObject({ status: 'PROCESSING' });
    expect(converter.status.waiting).toBe(0);
    await jobs.cancel(busy, 'local');
    await working.worker.lookOnce();
    await working.worker.idle();
    await expectNothingLeft();
    await expectPoolWhole();
  });

  test('when nothing was cancelled, then a look changes nothing, not even the lease', async () => {
    const id = await waitingJob('hang');
    await working.worker.claimOnce();
    await until(() => isConverting(id));
    const before = await db.rows('SELECT xmin, * FROM job_leases');

    await working.worker.lookOnce();

    expect(await db.rows('SELECT xmin, * FROM job_leases')).toEqual(before);
    expect((await working.metrics.leasesLost.get()).values[0]!.value).toBe(0);
    await jobs.cancel(id, 'local');
    await working.worker.lookOnce();
    await working.worker.idle();
  });
});
