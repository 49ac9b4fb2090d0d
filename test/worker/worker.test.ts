import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import {
  createConverter,
  type ConverterOptions,
  type PooledConverter,
} from '../../src/conversion/client/create-converter.js';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { InputStorage } from '../../src/storage/input-storage.js';
import { GatedConverter } from '../support/gated-converter.js';
import { insertJob, readJob, type JobRow } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestWorker, type TestWorker, type TestWorkerOptions } from '../support/test-worker.js';
import { ROOT } from '../support/generated.js';

describe('the worker', () => {
  let db: TestDatabase;
  let real: PooledConverter;
  let gate: GatedConverter;
  let working: TestWorker;
  let inbox: string;

  const converterWith = (options: Partial<ConverterOptions> = {}) =>
    createConverter({ url: undefined, command: undefined, memoryMb: 256, poolSize: 2, ...options });

  async function startWorker(options: Partial<TestWorkerOptions> = {}): Promise<TestWorker> {
    const storage = new InputStorage(path.join(ROOT, 'no-uploads-here'));
    const worker = await createTestWorker({ db, storage, converter: gate, ...options });
    inbox = path.join(worker.dataDir, 'inbox');
    await mkdir(inbox);
    return worker;
  }

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  beforeEach(async () => {
    await db.sql.query('DELETE FROM jobs');
    real = converterWith();
    gate = new GatedConverter(real);
    working = await startWorker({ inputDirs: ['/tmp'] });
  });
  afterEach(() => working.close());
  afterAll(() => db.drop());

  async function waitingJob(values: Partial<Omit<JobRow, 'status'>> = {}): Promise<JobRow> {
    const file = path.join(inbox, 'a.csv');
    await writeFile(file, 'a,b\n1,2\n');
    return insertJob(db, 'PENDING', { input_path: file, file_name: 'a.csv', ...values });
  }
  const workFolders = () => readdir(path.join(working.dataDir, 'work'));
  const countOf = async (table: string) => (await db.rows(`SELECT FROM ${table}`)).length;

  test('when its converter child is killed, then the job waits for a retry, and the next attempt completes it', async () => {
    const { id } = await waitingJob();
    await working.worker.claimOnce();
    await gate.arrival();

    for (const pid of real.status.pids) process.kill(pid, 'SIGKILL');
    gate.openGate();
    await working.worker.idle();

    const failed = await readJob(db, id);
    expect(failed).toMatchObject({ status: 'RETRY_PROCESSING', retry_count: 1, error_code: 'E201' });
    expect(failed.next_attempt_at.getTime()).toBeGreaterThan(failed.updated_at.getTime());
    expect(await countOf('job_leases')).toBe(0);

    await db.rows('UPDATE jobs SET next_attempt_at = now()');
    await working.workAll();
    expect(await readJob(db, id)).toMatchObject({ status: 'COMPLETE', retry_count: 1, error_code: null });
    expect(await countOf('results')).toBe(3);
  });

  test('when a job runs out of its time, then it is FAILED with E301 and nothing of it is left', async () => {
    const { id } = await waitingJob({ timeout_ms: 300 });

    await working.workAll();

    expect(await readJob(db, id)).toMatchObject({ status: 'FAILED', error_code: 'E301' });
    expect(await workFolders()).toEqual([]);
    expect(await countOf('job_leases')).toBe(0);
  });

  test('when a job is cancelled while it is converted, then the next heartbeat stops it and no result appears', async () => {
    const { id } = await waitingJob();
    await working.worker.claimOnce();
    await gate.arrival();

    await new JobRepository(db.database).cancel(id, 'local');
    await working.worker.keepLeasesOnce();
    await working.worker.idle();
    gate.openGate();

    expect(await readJob(db, id)).toMatchObject({ status: 'CANCELLED', error_code: null });
    expect(await countOf('results')).toBe(0);
    expect(await workFolders()).toEqual([]);
    expect((await working.metrics.leasesLost.get()).values[0]!.value).toBe(1);
  });

  test('when it has to stop at once, then it gives the job back without counting an attempt', async () => {
    const { id } = await waitingJob();
    await working.worker.claimOnce();
    await gate.arrival();

    await working.worker.drain(0);

    expect(await readJob(db, id)).toMatchObject({ status: 'RETRY_PENDING', retry_count: 0, error_code: null });
    expect(await countOf('job_leases')).toBe(0);
    const other = await startWorker({ inputDirs: ['/tmp'], converter: converterWith() });
    await other.workAll();
    expect((await readJob(db, id)).status).toBe('COMPLETE');
    await other.close();
  });

  test('when it may finish first, then it does, and claims no more', async () => {
    const { id } = await waitingJob();
    await working.worker.claimOnce();
    await gate.arrival();
    const late = await waitingJob();

    const drained = working.worker.drain(20_000);
    gate.openGate();
    await drained;

    expect((await readJob(db, id)).status).toBe('COMPLETE');
    expect((await readJob(db, late.id)).status).toBe('PENDING');
  });

  test('when it runs by itself, then it works all jobs, never more at once than it may', async () => {
    const jobs: JobRow[] = [];
    for (let index = 0; index < 6; index += 1) jobs.push(await waitingJob());
    working.worker.start();
    await gate.arrival(2);

    expect(await countOf('job_leases')).toBe(2);
    gate.openGate();
    await gate.arrival(6);
    await working.worker.drain(20_000);

    const statuses = await Promise.all(jobs.map(({ id }) => readJob(db, id)));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['COMPLETE']));
    expect(await countOf('results')).toBe(18);
  });

  test('when exports can neither be had nor made, then the others are stored and the reason with them', async () => {
    const standIn = path.join(ROOT, 'test/support/docling-mcp-stand-in.mjs');
    const docling = await startWorker({
      inputDirs: ['/tmp'],
      converter: converterWith({ command: `${process.execPath} ${standIn} --saves=garbage --silent` }),
    });
    const { id } = await waitingJob({ max_retries: 0 });

    await docling.workAll();

    expect(await readJob(db, id)).toMatchObject({
      status: 'PARTIAL_COMPLETE',
      mcp_tool_name: 'convert_document_into_docling_document',
      error_code: 'E304',
      error_details: {
        missing: [
          { format: 'markdown', code: 'E303', message: expect.any(String) },
          { format: 'html', code: 'E204', message: expect.any(String) },
        ],
      },
    });
    const formats = await db.rows<{ format_type: string }>('SELECT format_type FROM results ORDER BY 1');
    expect(formats).toEqual([{ format_type: 'json' }]);
    await docling.close();
  });

  describe('bringing the input in', () => {
    let server: Server;
    let origin: string;

    beforeEach(async () => {
      gate.openGate();
      server = createServer((request, response) => {
        if (request.url !== '/figures') return response.writeHead(404).end();
        return response
          .writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="figures.csv"' })
          .end('a,b\n1,2\n');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    const urlJob = (url: string) =>
      insertJob(db, 'PENDING', { input_type: 'URL', input_url: url, input_path: null, file_name: null });

    test('when a URL answers, then the document is fetched, named and converted', async () => {
      const { id } = await urlJob(`${origin}/figures`);

      await working.workAll();

      expect(await readJob(db, id)).toMatchObject({
        status: 'COMPLETE',
        file_name: 'figures.csv',
        file_size: '8',
        file_mime: 'text/csv',
      });
    });

    test('when a URL is not found, then the job is FAILED, and when nobody answers, then it waits for a retry', async () => {
      const missing = await urlJob(`${origin}/nothing`);
      const nobody = await urlJob('http://127.0.0.1:1/');

      await working.workAll();

      expect(await readJob(db, missing.id)).toMatchObject({ status: 'FAILED', error_code: 'E003' });
      expect(await readJob(db, nobody.id)).toMatchObject({
        status: 'RETRY_UPLOAD',
        error_code: 'E102',
        retry_count: 1,
      });
    });

    test.each([
      ['is not there', 'E003', async () => path.join(inbox, 'missing.csv')],
      ['is a folder', 'E003', async () => inbox],
      ['is empty', 'E003', async () => fileNamed('empty.csv', '')],
      ['is too large', 'E001', async () => fileNamed('large.csv', 'x'.repeat(1024 * 1024 + 1))],
      ['is of no supported type', 'E002', async () => fileNamed('program.bin', '\0\x01\x02')],
      ['is not what it is called', 'E004', async () => fileNamed('false.pdf', 'no PDF at all')],
      ['has become a link out of the input folders', 'E104', async () => linkTo('/etc/hostname')],
    ])('when the file %s, then the job is FAILED with %s', async (_, code, makeFile) => {
      const file = await makeFile();
      const { id } = await waitingJob({ input_path: file, file_name: path.basename(file) });

      await working.workAll();

      expect(await readJob(db, id)).toMatchObject({ status: 'FAILED', error_code: code });
      expect(await workFolders()).toEqual([]);
    });

    async function fileNamed(name: string, content: string): Promise<string> {
      await writeFile(path.join(inbox, name), content);
      return path.join(inbox, name);
    }

    async function linkTo(target: string): Promise<string> {
      const link = path.join(inbox, 'link.txt');
      await symlink(target, link);
      return link;
    }
  });
});
