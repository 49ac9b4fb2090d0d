import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import request from 'supertest';
import { JobRepository } from '../../../src/jobs/job-repository.js';
import type { JobStatus } from '../../../src/jobs/job-states.js';
import { insertJob, insertResults, readJob } from '../../support/job-rows.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { createTestWorker, type TestWorker } from '../../support/test-worker.js';

/**
 * The API and the worker against the database, each group asserting what the rows say through a
 * connection of its own.
 */
describe('the API and the database', () => {
  let api: TestApi;
  let working: TestWorker;

  beforeAll(async () => {
    api = await startTestApi();
    working = await createTestWorker({ db: api.db, storage: api.storage, inputDirs: [api.inputDir] });
  });
  beforeEach(() => api.db.sql.query('DELETE FROM jobs'));
  afterAll(async () => {
    await working.close();
    await api.close();
  });

  const submit = (content: string, name: string, sessionId = 'session') =>
    request(api.server)
      .post('/api/v1/process')
      .field('sessionId', sessionId)
      .attach('file', Buffer.from(content), name)
      .expect(200);
  const count = async (table: string) =>
    Number((await api.db.row<{ count: string }>(`SELECT count(*) FROM ${table}`)).count);
  const transition = (id: string, to: JobStatus) => api.db.rows('UPDATE jobs SET status = $2 WHERE id = $1', [id, to]);

  test('the database is one that this test made, never that of development', async () => {
    const { name } = await api.db.row<{ name: string }>('SELECT current_database() AS name');

    expect(name).toMatch(/^docling_test_[0-9a-f]{12}$/);
    expect(process.env['NODE_ENV']).toBe('test');
  });

  describe('job creation', () => {
    test('when a file is uploaded, then the row says all that is known of it, and the audit trail begins', async () => {
      const { body } = await submit('a;b\n1;2\n', 'figures.csv');

      expect(await readJob(api.db, body.jobId)).toMatchObject({
        client_id: 'local',
        session_id: 'session',
        status: 'PENDING',
        current_stage: null,
        progress_percent: 0,
        input_type: 'FILE',
        file_name: 'figures.csv',
        file_size: '8',
        file_mime: 'text/csv',
        retry_count: 0,
        max_retries: 3,
        started_at: null,
        completed_at: null,
      });
      const events = await api.db.rows('SELECT seq, from_status, to_status FROM job_events');
      expect(events).toEqual([{ seq: 1, from_status: null, to_status: 'PENDING' }]);
    });

    test('when a path is given, then it is stored absolute, and when a URL, then as it is', async () => {
      const filePath = path.join(api.inputDir, 'later.md');
      const file = await request(api.server)
        .post('/api/v1/process')
        .send({ sessionId: 's', inputType: 'FILE', fileName: 'later.md', filePath })
        .expect(200);
      const url = await request(api.server)
        .post('/api/v1/process')
        .send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/a.pdf' })
        .expect(200);

      expect(await readJob(api.db, file.body.jobId)).toMatchObject({
        input_type: 'FILE',
        input_path: filePath,
        input_url: null,
      });
      expect(await readJob(api.db, url.body.jobId)).toMatchObject({
        input_type: 'URL',
        input_path: null,
        input_url: 'https://example.org/a.pdf',
      });
    });

    test('when the request is refused, then there is no row', async () => {
      await request(api.server).post('/api/v1/process').send({ inputType: 'FILE' }).expect(400);

      expect(await count('jobs')).toBe(0);
      expect(await count('job_events')).toBe(0);
    });
  });

  describe('result creation', () => {
    test('when a document is converted, then three results are stored with the terminal status', async () => {
      const { body } = await submit(
        '# Heading\n\nA paragraph with naïve text.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n',
        'a.md',
      );

      await working.workAll();

      const job = await readJob(api.db, body.jobId);
      expect(job).toMatchObject({
        status: 'COMPLETE',
        progress_percent: 100,
        mcp_tool_name: 'convert_markdown',
        error_code: null,
        checkpoint_data: null,
      });
      expect(job.started_at!.getTime()).toBeLessThanOrEqual(job.completed_at!.getTime());
      const results = await api.db.rows<{ format_type: string; content: string; size_bytes: number; bytes: number }>(
        'SELECT format_type, content, size_bytes, octet_length(content) AS bytes FROM results ORDER BY format_type',
      );
      expect(results.map(({ format_type }) => format_type)).toEqual(['html', 'json', 'markdown']);
      for (const result of results) expect(result.size_bytes).toBe(result.bytes);
      const [html, json, markdown] = results.map(({ content }) => content);
      expect(markdown).toContain('# Heading');
      expect(markdown).toContain('naïve');
      expect(html).toMatch(/<h1>Heading<\/h1>/);
      expect(JSON.parse(json!)).toMatchObject({ schema_name: 'DoclingDocument', tables: [{ data: { num_cols: 2 } }] });
      expect(await count('job_leases')).toBe(0);
    });

    test('when the stages go by, then the audit trail has each of them in order', async () => {
      const { body } = await submit('text\n', 'a.txt');

      await working.workAll();

      const events = await api.db.rows<{ to_status: JobStatus; stage: string | null }>(
        'SELECT to_status, stage FROM job_events WHERE job_id = $1 ORDER BY seq',
        [body.jobId],
      );
      const stages = events.map(({ to_status, stage }) => `${to_status} ${stage ?? ''}`.trim());
      expect([...new Set(stages)]).toEqual([
        'PENDING',
        'UPLOADING upload',
        'PROCESSING parsing',
        'PROCESSING conversion',
        'PROCESSING export',
        'PROCESSING saving',
        'COMPLETE saving',
      ]);
    });

    test('when the document is corrupt, then the job is FAILED with the code and there is no result', async () => {
      await writeFile(path.join(api.inputDir, 'broken.pdf'), '%PDF-1.7\nnothing of a PDF follows');
      const { body } = await request(api.server)
        .post('/api/v1/process')
        .send({
          sessionId: 's',
          inputType: 'FILE',
          fileName: 'broken.pdf',
          filePath: path.join(api.inputDir, 'broken.pdf'),
        })
        .expect(200);

      await working.workAll();

      expect(await readJob(api.db, body.jobId)).toMatchObject({
        status: 'FAILED',
        error_code: 'E004',
        error_message: expect.any(String),
        completed_at: expect.any(Date),
      });
      expect(await count('results')).toBe(0);
    });

    test('when the file at a path is not there, then the job is FAILED with E003', async () => {
      const filePath = path.join(api.inputDir, 'never.pdf');
      const { body } = await request(api.server)
        .post('/api/v1/process')
        .send({ sessionId: 's', inputType: 'FILE', fileName: 'never.pdf', filePath })
        .expect(200);

      await working.workAll();

      expect(await readJob(api.db, body.jobId)).toMatchObject({ status: 'FAILED', error_code: 'E003' });
    });
  });

  describe('the state machine', () => {
    test('when the path is valid, then each step lasts and sets its time', async () => {
      const { id } = await insertJob(api.db);

      await transition(id, 'UPLOADING');
      expect(await readJob(api.db, id)).toMatchObject({ status: 'UPLOADING', started_at: null });
      await transition(id, 'PROCESSING');
      expect(await readJob(api.db, id)).toMatchObject({
        status: 'PROCESSING',
        started_at: expect.any(Date),
        completed_at: null,
      });
      await transition(id, 'COMPLETE');
      expect(await readJob(api.db, id)).toMatchObject({ status: 'COMPLETE', completed_at: expect.any(Date) });
    });

    test.each([
      ['PENDING', 'COMPLETE'],
      ['PENDING', 'PROCESSING'],
      ['COMPLETE', 'PENDING'],
      ['FAILED', 'RETRY_PENDING'],
      ['CANCELLED', 'UPLOADING'],
      ['RETRY_FAILED', 'PROCESSING'],
    ] as const)('when %s would jump to %s, then the database refuses', async (from, to) => {
      const { id } = await insertJob(api.db, from);

      await expect(transition(id, to)).rejects.toMatchObject({ code: 'DJ701' });

      expect((await readJob(api.db, id)).status).toBe(from);
    });

    test.each(['RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE', 'RETRY_PENDING'] as const)(
      'when a %s job is due, then a worker takes it up again and completes it',
      async (status) => {
        const { body } = await submit('again\n', 'again.txt');
        await api.db.rows('DELETE FROM jobs WHERE id <> $1', [body.jobId]);
        await transition(body.jobId, 'UPLOADING');
        if (status !== 'RETRY_UPLOAD') await transition(body.jobId, 'PROCESSING');
        await transition(body.jobId, status);

        await working.workAll();

        expect((await readJob(api.db, body.jobId)).status).toBe('COMPLETE');
        expect(await count('results')).toBe(3);
      },
    );

    test('when two workers start a job at once, then exactly one has it', async () => {
      const { id } = await insertJob(api.db);
      const jobs = new JobRepository(api.db.database);

      const claims = await Promise.all([jobs.claimBatch('one', 1, 30_000), jobs.claimBatch('two', 1, 30_000)]);

      expect(claims.flat().map((job) => job.id)).toEqual([id]);
      expect(await count('job_leases')).toBe(1);
      expect(await api.db.rows(`SELECT FROM job_events WHERE to_status = 'UPLOADING'`)).toHaveLength(1);
    });

    test('when two clients cancel a job at once, then one succeeds and the other is told its status', async () => {
      const { id } = await insertJob(api.db);

      const answers = await Promise.all([1, 2].map(() => request(api.server).post(`/api/v1/jobs/${id}/cancel`)));

      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const refused = answers.find(({ status }) => status === 409)!;
      expect(refused.body).toMatchObject({ code: 'E702', currentStatus: 'CANCELLED', allowedStatuses: [] });
      expect(await api.db.rows(`SELECT FROM job_events WHERE to_status = 'CANCELLED'`)).toHaveLength(1);
    });
  });

  describe('cascading delete', () => {
    test('when a job is deleted, then results, events, lease, key and stored input go, and nothing of others', async () => {
      const { body } = await submit('to be deleted\n', 'gone.txt');
      const other = await insertJob(api.db, 'COMPLETE');
      await insertResults(api.db, body.jobId, ['markdown', 'html']);
      await api.db.rows(`INSERT INTO job_leases VALUES ($1, 'w', 1, now())`, [body.jobId]);
      await api.db.rows(
        `INSERT INTO idempotency_keys (client_id, key, request_hash, job_id, expires_at)
         VALUES ('local', 'k', sha256('x'), $1, now())`,
        [body.jobId],
      );
      const stored = (await readJob(api.db, body.jobId)).input_path!;
      expect(await api.storedFiles()).toContain(stored);

      await request(api.server).delete(`/api/v1/jobs/${body.jobId}`).expect(204);

      expect(await api.db.rows('SELECT id FROM jobs')).toEqual([{ id: other.id }]);
      expect(await count('results')).toBe(3);
      expect(await api.db.rows('SELECT FROM job_events WHERE job_id = $1', [body.jobId])).toEqual([]);
      expect(await count('job_leases')).toBe(0);
      expect(await count('idempotency_keys')).toBe(0);
      expect(await api.storedFiles()).not.toContain(stored);
    });

    test('when the caller names the file by path, then deleting the job leaves it alone', async () => {
      const folder = await mkdtemp(path.join(api.inputDir, 'kept-'));
      const filePath = path.join(folder, 'kept.md');
      await writeFile(filePath, 'mine');
      const { id } = await insertJob(api.db, 'COMPLETE', { input_path: filePath });

      await request(api.server).delete(`/api/v1/jobs/${id}`).expect(204);

      await rm(filePath); // throws when it is gone
    });
  });

  describe('history', () => {
    const start = Date.UTC(2026, 0, 1);
    beforeEach(async () => {
      for (let index = 0; index < 25; index += 1) {
        await insertJob(api.db, index % 5 === 0 ? 'COMPLETE' : 'PENDING', {
          session_id: 'mine',
          file_name: `${index}.pdf`,
          created_at: new Date(start + Math.floor(index / 2) * 1_000), // two at a time are of the same age
        });
      }
      await insertJob(api.db, 'PENDING', { session_id: 'yours' });
    });
    const history = (query: string) => request(api.server).get(`/api/v1/history?${query}`);
    const inOrder = async () =>
      (
        await api.db.rows<{ id: string }>(
          `SELECT id FROM jobs WHERE session_id = 'mine' ORDER BY created_at DESC, id DESC`,
        )
      ).map(({ id }) => id);

    test('when a session is asked for, then only its jobs come, newest first, with the figures of the pages', async () => {
      const { body } = await history('sessionId=mine&page=2&pageSize=10').expect(200);

      expect(body).toMatchObject({ total: 25, page: 2, pageSize: 10, totalPages: 3 });
      expect(body.jobs.map(({ id }: { id: string }) => id)).toEqual((await inOrder()).slice(10, 20));
      expect(new Set(body.jobs.map(({ sessionId }: { sessionId: string }) => sessionId))).toEqual(new Set(['mine']));
    });

    test('when the cursor is followed, then every job comes once, in the same order', async () => {
      const seen: string[] = [];
      let query = 'sessionId=mine&pageSize=7';
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body } = await history(query).expect(200);
        seen.push(...body.jobs.map(({ id }: { id: string }) => id));
        cursor = body.nextCursor as string | null;
        query = `sessionId=mine&pageSize=7&cursor=${cursor}`;
      }

      expect(seen).toEqual(await inOrder());
    });

    test('when jobs arrive between two pages, then the cursor neither repeats nor skips', async () => {
      const before = await inOrder();
      const first = await history('sessionId=mine&pageSize=10').expect(200);
      await insertJob(api.db, 'PENDING', { session_id: 'mine', created_at: new Date(start + 60_000) });

      const second = await history(`sessionId=mine&pageSize=10&cursor=${first.body.nextCursor}`).expect(200);

      expect(second.body.jobs.map(({ id }: { id: string }) => id)).toEqual(before.slice(10, 20));
    });

    test('when a status is asked for, then only jobs in it come and count', async () => {
      const { body } = await history('sessionId=mine&status=COMPLETE').expect(200);

      expect(body).toMatchObject({ total: 5, totalPages: 1, nextCursor: null });
      expect(body.jobs[0].results.map(({ formatType }: { formatType: string }) => formatType)).toEqual([
        'html',
        'json',
        'markdown',
      ]);
    });

    test('when the page is past the end or the session unknown, then it is empty and no error', async () => {
      expect((await history('sessionId=mine&page=9').expect(200)).body).toMatchObject({
        jobs: [],
        total: 25,
        totalPages: 2,
      });
      expect((await history('sessionId=nobody').expect(200)).body).toMatchObject({ jobs: [], total: 0, totalPages: 0 });
    });
  });
});
