import { access, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import request from 'supertest';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { JOB_TRANSITIONS, type JobStatus } from '../../src/jobs/job-states.js';
import { insertJob, readJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const UNKNOWN_ID = '01900000-0000-7000-8000-000000000000';
const RETRYABLE: JobStatus[] = ['FAILED', 'RETRY_FAILED', 'CANCELLED', 'PARTIAL_COMPLETE'];

describe('POST /jobs/:id/retry', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
    await api.db.rows(`INSERT INTO clients (id, name) VALUES ('stranger', 'stranger')`);
  });
  beforeEach(async () => {
    await api.db.rows('DELETE FROM jobs');
    for (const file of await api.storedFiles()) await api.storage.remove(file);
  });
  afterAll(() => api.close());

  const retry = (id: string) => request(api.server).post(`/api/v1/jobs/${id}/retry`);
  const remove = (id: string) => request(api.server).delete(`/api/v1/jobs/${id}`).expect(204);
  const storedFile = async (id: string) => api.storage.absolutePath((await readJob(api.db, id)).input_path!);

  /** An uploaded job that has come to this status; the trigger is told to look away. */
  const uploaded = async (status: JobStatus) => {
    const { body } = await request(api.server)
      .post('/api/v1/process')
      .field({ sessionId: 'kept', maxRetries: '1', timeoutMs: '9000' })
      .attach('file', Buffer.from('# x'), 'x.md')
      .expect(200);
    await api.db.rows('ALTER TABLE jobs DISABLE TRIGGER jobs_guard_update');
    await api.db.rows(`UPDATE jobs SET status = $2, retry_count = 1, error_code = 'E302' WHERE id = $1`, [
      body.jobId,
      status,
    ]);
    await api.db.rows('ALTER TABLE jobs ENABLE TRIGGER jobs_guard_update');
    return body.jobId as string;
  };

  it.each(RETRYABLE)(
    'when an uploaded job is %s, then a new one has the same session, limits and content',
    async (status) => {
      const id = await uploaded(status);

      const { body, headers } = await retry(id).expect(200);

      expect(body).toEqual({
        jobId: expect.any(String),
        status: 'PENDING',
        createdAt: expect.any(String),
        links: expect.objectContaining({ self: headers['location'] }),
        retriedFrom: id,
      });
      expect(body.jobId).not.toBe(id);
      const [old, made] = [await readJob(api.db, id), await readJob(api.db, body.jobId)];
      expect(made).toMatchObject({
        status: 'PENDING',
        session_id: 'kept',
        max_retries: 1,
        timeout_ms: 9_000,
        retry_count: 0,
        error_code: null,
        file_name: 'x.md',
        file_size: '3',
        file_mime: old.file_mime,
      });
      expect(old.status).toBe(status);
      expect(made.input_path).not.toBe(old.input_path);
    },
  );

  it('when one of the two is deleted, then the other keeps its input', async () => {
    const first = await uploaded('FAILED');
    const second = (await retry(first).expect(200)).body.jobId as string;
    const kept = await storedFile(second);

    await remove(first);
    await access(kept);
    await api.db.rows(`UPDATE jobs SET status = 'CANCELLED' WHERE id = $1`, [second]);
    const third = (await retry(second).expect(200)).body.jobId as string;
    await remove(third);

    await access(kept);
    expect(await api.storedFiles()).toHaveLength(1);
  });

  it('when the job names a URL, then the new one does, without what a worker found there', async () => {
    const inputUrl = 'https://example.com/a';
    const { id } = await insertJob(api.db, 'RETRY_FAILED', {
      input_type: 'URL',
      input_path: null,
      input_url: inputUrl,
    });

    const { body } = await retry(id).expect(200);

    expect(await readJob(api.db, body.jobId)).toMatchObject({
      input_type: 'URL',
      input_url: inputUrl,
      file_name: null,
    });
  });

  it('when the job names a file of the caller, then so does the new one, and the file is left alone', async () => {
    const filePath = path.join(api.inputDir, 'mine.md');
    await writeFile(filePath, '# x');
    const { id } = await insertJob(api.db, 'FAILED', { input_path: filePath, file_name: 'mine.md' });

    const { body } = await retry(id).expect(200);
    await remove(id);

    expect(await readJob(api.db, body.jobId)).toMatchObject({ input_path: filePath, file_name: 'mine.md' });
    await access(filePath);
  });

  it.each((Object.keys(JOB_TRANSITIONS) as JobStatus[]).filter((status) => !RETRYABLE.includes(status)))(
    'when a job is %s, then 409, and there is no new one',
    async (status) => {
      const { id } = await insertJob(api.db, status);

      const { body } = await retry(id).expect(409);

      expect(body).toMatchObject({ code: 'E701', currentStatus: status, allowedStatuses: JOB_TRANSITIONS[status] });
      expect(await api.countJobs()).toBe(1);
    },
  );

  it('when there is no such job, or it is another client’s, then 404', async () => {
    const { id } = await insertJob(api.db, 'FAILED', { client_id: 'stranger' });

    expect((await retry(UNKNOWN_ID).expect(404)).body.code).toBe('E501');
    await retry(id).expect(404);
    await retry('not-an-id').expect(404);
  });

  it('when the upload is gone, then 400 says so, and there is no new job', async () => {
    const id = await uploaded('FAILED');
    await rm(await storedFile(id));

    const { body } = await retry(id).expect(400);

    expect(body).toMatchObject({ code: 'E003', detail: expect.stringContaining('no longer there') });
    expect(await api.countJobs()).toBe(1);
    expect(await api.storedFiles()).toEqual([]);
  });

  it('when the database refuses the new job, then its file is removed again', async () => {
    const id = await uploaded('FAILED');
    await api.db.rows(`ALTER TABLE jobs ADD CONSTRAINT refused CHECK (session_id <> 'kept') NOT VALID`);

    try {
      expect((await retry(id).expect(500)).body.code).toBe('E403');
    } finally {
      await api.db.rows('ALTER TABLE jobs DROP CONSTRAINT refused');
    }

    expect(await api.storedFiles()).toHaveLength(1);
  });

  it('when the job is deleted meanwhile, then no new one is made', async () => {
    const jobs = new JobRepository(api.db.database);

    expect(await jobs.insertRetry(UNKNOWN_ID, 'local', null)).toBeUndefined();
  });
});
