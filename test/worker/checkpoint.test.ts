import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createConverter } from '../../src/conversion/client/create-converter.js';
import { AppError } from '../../src/errors.js';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { createLogger } from '../../src/observability/logger.js';
import { WorkSweeper } from '../../src/processing/work-sweeper.js';
import { InputStorage } from '../../src/storage/input-storage.js';
import { ROOT } from '../support/generated.js';
import { insertJob, readJob, type JobRow } from '../support/job-rows.js';
import { RecordingConverter, type Step } from '../support/recording-converter.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestWorker, type TestWorker } from '../support/test-worker.js';

const DOCLING = `${process.execPath} ${path.join(ROOT, 'test/support/docling-mcp-stand-in.mjs')}`;

const storage = new InputStorage(path.join(ROOT, 'no-uploads-here'));

const makeConverter = (command?: string) => createConverter({ url: undefined, command, memoryMb: 256, poolSize: 1 });

describe('checkpoints', () => {
  let db: TestDatabase;
  let jobs: JobRepository;
  let converter: RecordingConverter;
  let working: TestWorker;
  let input: string;
  let log: string;

  beforeAll(async () => {
    db = await createTestDatabase();
    jobs = new JobRepository(db.database);
  });
  beforeEach(async () => {
    await db.sql.query('DELETE FROM jobs');
    log = '';
    await startWorker();
  });
  afterEach(() => working.close());
  afterAll(() => db.drop());

  async function startWorker(command?: string): Promise<void> {
    const output = new PassThrough().on('data', (chunk: Buffer) => (log += chunk.toString()));
    converter = new RecordingConverter(makeConverter(command));
    working = await createTestWorker({
      db,
      converter,
      storage,
      inputDirs: ['/tmp'],
      logger: createLogger({ level: 'info', service: 'test', output }),
    });
    const inbox = path.join(working.dataDir, 'inbox');
    await mkdir(inbox);
    input = path.join(inbox, 'a.csv');
    await writeFile(input, 'a,b\n1,2\n');
  }

  const waitingJob = async (values: Partial<Omit<JobRow, 'status'>> = {}) =>
    (await insertJob(db, 'PENDING', { input_path: input, file_name: 'a.csv', ...values })).id;
  const fileOf = (id: string, token: number, name: string) =>
    path.join(working.folders.pathOf({ jobId: id, fencingToken: token }), name);
  const attempt = async () => {
    await db.rows('UPDATE jobs SET next_attempt_at = now()');
    await working.workAll();
  };

  /** One attempt that breaks down before a step, in a way that another may mend. */
  async function failBefore(failing: Step): Promise<void> {
    converter.before = (step) => {
      if (step === failing) throw new AppError('E201', 'The converter ended.');
    };
    await attempt();
    converter.before = () => undefined;
    converter.steps.length = 0;
  }

  async function expectCompleteAndClean(id: string): Promise<void> {
    expect(await readJob(db, id)).toMatchObject({ status: 'COMPLETE', checkpoint_data: null, file_mime: 'text/csv' });
    const results = await db.rows<{ format_type: string; content: string }>(
      'SELECT format_type, content FROM results ORDER BY format_type',
    );
    expect(results.map(({ format_type: format }) => format)).toEqual(['html', 'json', 'markdown']);
    expect(results[2]!.content).toContain('| a | b |');
    expect(await working.folders.listJobs()).toEqual([]);
  }

  test('when the conversion failed, then the next attempt needs the input no second time', async () => {
    const id = await waitingJob();
    await failBefore('convert');
    expect(await readJob(db, id)).toMatchObject({ status: 'RETRY_PROCESSING', checkpoint_data: { version: 1 } });
    await rm(input);

    await attempt();

    await expectCompleteAndClean(id);
  });

  test('when an export failed, then the next attempt loads the document and makes only what is missing', async () => {
    const id = await waitingJob();
    await failBefore('export:html');
    expect(await readJob(db, id)).toMatchObject({
      status: 'RETRY_EXPORT',
      checkpoint_data: { fencingToken: 1, exports: [{ format: 'json' }, { format: 'markdown' }] },
    });
    await rm(input);

    await attempt();

    expect(converter.steps).toEqual(['load', 'export:html']);
    await expectCompleteAndClean(id);
    expect(log).toContain('work taken up from a checkpoint');
  });

  test('when only the saving was left, then the next attempt needs no converter', async () => {
    const id = await waitingJob();
    await failBefore('release');

    await attempt();

    expect(converter.steps).toEqual([]);
    await expectCompleteAndClean(id);
    expect(await db.row('SELECT mcp_tool_name FROM jobs')).toEqual({ mcp_tool_name: 'convert_csv' });
  });

  test('when attempt after attempt fails, then each goes on from the last checkpoint, in a folder of its own', async () => {
    const id = await waitingJob();
    await failBefore('export:markdown');
    await failBefore('load');
    expect(await working.folders.listAttempts(id)).toEqual([1]);
    await failBefore('export:html');
    expect(await working.folders.listAttempts(id)).toEqual([3]);

    await attempt();

    expect(converter.steps).toEqual(['load', 'export:html']);
    await expectCompleteAndClean(id);
  });

  test('when a converter cannot load, then the next attempt converts again, and keeps the exports that are there', async () => {
    await working.close();
    await startWorker(DOCLING);
    const id = await waitingJob();
    await failBefore('export:markdown');

    await attempt();

    expect(converter.steps).toEqual(['convert', 'export:markdown', 'export:html']);
    expect(await readJob(db, id)).toMatchObject({ status: 'COMPLETE', checkpoint_data: null });
    expect(await working.folders.listJobs()).toEqual([]);
  });

  test('when the saved document cannot be loaded, then it is converted again', async () => {
    const id = await waitingJob();
    await failBefore('export:markdown');
    converter.before = (step) => {
      if (step === 'load') throw new AppError('E003', 'Of another version.');
    };

    await attempt();

    expect(converter.steps).toEqual(['convert', 'export:markdown', 'export:html']);
    await expectCompleteAndClean(id);
  });

  test('when a worker shuts down in the middle, then the checkpoint stays and the next goes on from it', async () => {
    const id = await waitingJob();
    const reached = new Promise<void>((resolve) => {
      converter.before = async (step, signal) => {
        if (step !== 'export:html') return;
        resolve();
        await new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
      };
    });
    await working.worker.claimOnce();
    await reached;
    await working.worker.drain(0);
    expect(await readJob(db, id)).toMatchObject({ status: 'RETRY_PENDING', retry_count: 0 });
    const { dataDir } = working;
    const next = new RecordingConverter(makeConverter());
    const other = await createTestWorker({ db, storage, converter: next, inputDirs: ['/tmp'], dataDir });

    await other.workAll();
    await other.close();

    expect(next.steps).toEqual(['load', 'export:html']);
    await expectCompleteAndClean(id);
  });

  const change = (sql: string) => (id: string) =>
    db.rows(`UPDATE jobs SET checkpoint_data = ${sql} WHERE id = $1`, [id]);
  test.each<[string, (id: string) => Promise<unknown>]>([
    ['has a changed file', (id) => writeFile(fileOf(id, 1, 'result.json'), '{}')],
    ['has lost a file', (id) => rm(fileOf(id, 1, 'source.csv'))],
    ['has lost its folder', () => rm(path.join(working.dataDir, 'work'), { recursive: true })],
    ['is of another version', change(`jsonb_set(checkpoint_data, '{version}', '2')`)],
    ['is older than a day', change(`jsonb_set(checkpoint_data, '{savedAt}', to_jsonb(now() - interval '25 h'))`)],
    ['has no time', change(`checkpoint_data - 'savedAt'`)],
    ['points out of its folder', change(`jsonb_set(checkpoint_data, '{input,file,name}', '"../1/source.csv"')`)],
    ['is no checkpoint', change(`'["anything"]'`)],
  ])('when one %s, then it is dropped with a line in the log, and the work starts over', async (_, damage) => {
    const id = await waitingJob();
    await failBefore('export:html');
    await damage(id);

    await attempt();

    expect(converter.steps).toEqual(['convert', 'export:json', 'export:markdown', 'export:html']);
    expect(log).toContain('checkpoint dropped: the work starts over');
    await expectCompleteAndClean(id);
  });

  test('when a job with a checkpoint fails for good or uses up its retries, then neither row nor disk keeps it', async () => {
    const failed = await waitingJob({ max_retries: 1 });
    await failBefore('export:html');
    await failBefore('export:html');
    expect(await readJob(db, failed)).toMatchObject({ status: 'PARTIAL_COMPLETE', checkpoint_data: null });

    const exhausted = await waitingJob({ max_retries: 0 });
    await failBefore('convert');
    expect(await readJob(db, exhausted)).toMatchObject({ status: 'RETRY_FAILED', checkpoint_data: null });
    expect(await working.folders.listJobs()).toEqual([]);
  });

  test('when a stalled worker saves one late, then it changes nothing', async () => {
    const id = await waitingJob();
    const [first] = await jobs.claimBatch('slow', 1, 30_000);
    const lease = { jobId: id, workerId: 'slow', fencingToken: first!.fencingToken };
    await jobs.startProcessing(lease, { fileName: 'a.csv', fileSize: 1, fileMime: 'text/csv' }, 10);

    expect(await jobs.saveCheckpoint({ ...lease, fencingToken: 2 }, { version: 1 })).toBe(false);
    expect(await jobs.saveCheckpoint({ ...lease, workerId: 'quick' }, { version: 1 })).toBe(false);
    await jobs.handBack(lease);
    expect(await jobs.saveCheckpoint(lease, { version: 1 })).toBe(false);

    expect((await readJob(db, id)).checkpoint_data).toBeNull();
  });

  test('when the sweep looks, then only what an attempt or a good checkpoint needs is left', async () => {
    const sweeper = new WorkSweeper(jobs, working.folders);
    const withFolders = async (id: string, ...tokens: number[]) => {
      for (const fencingToken of tokens) await working.folders.create({ jobId: id, fencingToken });
    };
    const waiting = await waitingJob();
    await failBefore('export:html');
    await withFolders(waiting, 2);
    const running = (await insertJob(db, 'PROCESSING', { fencing_token: '7' })).id;
    await withFolders(running, 6, 7);
    const fresh = (await insertJob(db, 'RETRY_PENDING', { fencing_token: '1' })).id;
    await withFolders(fresh, 1);
    await withFolders((await insertJob(db, 'COMPLETE')).id, 1);
    await withFolders('01900000-0000-7000-8000-000000000001', 1, 2); // of a job that was deleted

    await sweeper.runOnce();

    expect((await working.folders.listJobs()).sort()).toEqual([waiting, running].sort());
    expect(await working.folders.listAttempts(waiting)).toEqual([1]);
    expect(await working.folders.listAttempts(running)).toEqual([7]);

    await change(`jsonb_set(checkpoint_data, '{savedAt}', to_jsonb(now() - interval '25 h'))`)(waiting);
    await jobs.cancel(running, 'local');
    await sweeper.runOnce();
    expect(await working.folders.listJobs()).toEqual([]);
  });
});
