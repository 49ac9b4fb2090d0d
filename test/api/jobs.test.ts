import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import request from 'supertest';
import { JOB_STATUSES, JOB_TRANSITIONS } from '../../src/jobs/job-states.js';
import { insertJob, readJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const UNKNOWN_ID = '01900000-0000-7000-8000-000000000000';

describe('single jobs', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
    await api.db.rows(`INSERT INTO clients (id, name) VALUES ('stranger', 'stranger')`);
  });

  afterAll(() => api.close());

  const call = (method: 'get' | 'post' | 'delete', path: string) => request(api.server)[method](`/api/v1${path}`);

  const upload = async () => {
    const response = await call('post', '/process').field('sessionId', 's').attach('file', Buffer.from('# x'), 'x.md');
    return (response.body as { jobId: string }).jobId;
  };

  it('when a job is shown, then all that clients may know is there', async () => {
    const { id } = await insertJob(api.db, 'COMPLETE', { timeout_ms: 9_000, max_retries: 2 });

    const { body, status, headers } = await call('get', `/jobs/${id}`);

    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatchObject({
      id,
      status: 'COMPLETE',
      progressPercent: 100,
      maxRetries: 2,
      timeoutMs: 9_000,
      mcpToolName: null,
      nextAttemptAt: null,
      errorDetails: null,
      completedAt: expect.any(String),
      results: [{ formatType: 'html' }, { formatType: 'json' }, { formatType: 'markdown' }],
    });
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['inputPath', 'clientId', 'fencingToken']));
  });

  it('when a job waits to be tried again, then it tells when', async () => {
    const due = new Date('2030-01-01T00:00:00Z');
    const { id } = await insertJob(api.db, 'RETRY_UPLOAD', { next_attempt_at: due, retry_count: 1 });

    expect((await call('get', `/jobs/${id}`)).body.nextAttemptAt).toBe(due.toISOString());
  });

  it.each([
    ['get', ''],
    ['delete', ''],
    ['post', '/cancel'],
    ['get', '/results'],
    ['get', '/results/html'],
  ] as const)('when %s /jobs/:id%s names no job of the client, then 404 E501', async (method, suffix) => {
    const strangers = await insertJob(api.db, 'COMPLETE', { client_id: 'stranger' });
    const before = await api.countJobs();

    for (const id of [UNKNOWN_ID, strangers.id, 'nonsense', '%00', `{${UNKNOWN_ID}}`, `${UNKNOWN_ID}'`]) {
      const { body, status } = await call(method, `/jobs/${id}${suffix}`);
      expect([id, status, body.code]).toEqual([id, 404, 'E501']);
    }
    expect(await api.countJobs()).toBe(before);
    expect((await readJob(api.db, strangers.id)).status).toBe('COMPLETE');
  });

  it('when an id is written in capitals, then it is the same job', async () => {
    const { id } = await insertJob(api.db);

    expect((await call('get', `/jobs/${id.toUpperCase()}`)).status).toBe(200);
  });

  describe('POST /jobs/:id/cancel', () => {
    const terminal = JOB_STATUSES.filter((status) => JOB_TRANSITIONS[status].length === 0);
    const open = JOB_STATUSES.filter((status) => JOB_TRANSITIONS[status].length > 0);

    it.each(open)('when the job is %s, then it is cancelled', async (status) => {
      const { id } = await insertJob(api.db, status);

      const response = await call('post', `/jobs/${id}/cancel`);

      expect(response.status).toBe(200);
      expect(response.body).toMatchObject({ id, status: 'CANCELLED', completedAt: expect.any(String) });
      expect((await readJob(api.db, id)).status).toBe('CANCELLED');
    });

    it.each(terminal)('when the job is %s, then 409 E702 tells so and nothing changes', async (status) => {
      const before = await insertJob(api.db, status);

      const response = await call('post', `/jobs/${before.id}/cancel`);

      expect(response.status).toBe(409);
      expect(response.body).toMatchObject({
        code: 'E702',
        currentStatus: status,
        allowedStatuses: [],
        retryable: false,
      });
      expect(await readJob(api.db, before.id)).toEqual(before);
    });

    it('when two cancel at once, then one succeeds', async () => {
      const { id } = await insertJob(api.db);

      const answers = await Promise.all([call('post', `/jobs/${id}/cancel`), call('post', `/jobs/${id}/cancel`)]);

      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    });

    it('when a job is cancelled, then its upload is kept', async () => {
      const id = await upload();
      const { input_path: stored } = await readJob(api.db, id);

      await call('post', `/jobs/${id}/cancel`);

      await expect(access(api.storage.absolutePath(stored!))).resolves.toBeUndefined();
    });
  });

  describe('DELETE /jobs/:id', () => {
    it('when the job was an upload, then its row, results and file are gone', async () => {
      const id = await upload();
      const { input_path: stored } = await readJob(api.db, id);
      await api.db.rows(`INSERT INTO results (job_id, format_type, content, size_bytes) VALUES ($1, 'html', 'x', 1)`, [
        id,
      ]);

      const response = await call('delete', `/jobs/${id}`);

      expect([response.status, response.text]).toEqual([204, '']);
      expect(await api.db.rows('SELECT FROM jobs WHERE id = $1', [id])).toEqual([]);
      expect(await api.db.rows('SELECT FROM results WHERE job_id = $1', [id])).toEqual([]);
      await expect(access(api.storage.absolutePath(stored!))).rejects.toThrow('ENOENT');
      expect((await call('delete', `/jobs/${id}`)).status).toBe(404);
    });

    it('when the input is the caller’s own file, then it stays', async () => {
      const file = path.join(api.inputDir, 'mine.txt');
      await writeFile(file, 'mine');
      const { id } = await insertJob(api.db, 'FAILED', { input_path: file });

      expect((await call('delete', `/jobs/${id}`)).status).toBe(204);
      await expect(access(file)).resolves.toBeUndefined();
    });

    it('when the row names a path that the storage never gave out, then nothing of it is touched', async () => {
      const file = path.join(api.inputDir, 'other.txt');
      await writeFile(file, 'other');
      const { id } = await insertJob(api.db, 'FAILED', { input_path: '../inbox/other.txt' });

      expect((await call('delete', `/jobs/${id}`)).status).toBe(204);
      await expect(access(file)).resolves.toBeUndefined();
      expect(api.logLines().some(({ message }) => message === 'stored input not removed')).toBe(true);
    });
  });
});
