import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import request from 'supertest';
import { readJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('POST /process', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  const post = () => request(api.server).post('/api/v1/process');

  it('when a form brings a file, then a pending job is made and the file is kept', async () => {
    const content = '# Title\n\nText\n';

    const response = await post().field('sessionId', 'forms').attach('file', Buffer.from(content), 'notes.md');

    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      jobId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      status: 'PENDING',
      createdAt: expect.any(String),
      links: {
        self: `/api/v1/jobs/${response.body.jobId}`,
        events: `/api/v1/jobs/${response.body.jobId}/events`,
        results: `/api/v1/jobs/${response.body.jobId}/results`,
        cancel: `/api/v1/jobs/${response.body.jobId}/cancel`,
        history: '/api/v1/history?sessionId=forms',
      },
    });
    expect(response.headers['location']).toBe(response.body.links.self);
    const job = await readJob(api.db, response.body.jobId);
    expect(job).toMatchObject({
      client_id: 'local',
      session_id: 'forms',
      status: 'PENDING',
      input_type: 'FILE',
      input_path: expect.stringMatching(/^([0-9a-f]{2})\/\1[0-9a-f]{6}-[0-9a-f-]{27}$/),
      input_url: null,
      file_name: 'notes.md',
      file_size: String(Buffer.byteLength(content)),
      file_mime: 'text/markdown',
      max_retries: 3,
      timeout_ms: null,
      retry_count: 0,
    });
    expect(job.created_at.toISOString()).toBe(response.body.createdAt);
    const stored = api.storage.absolutePath(job.input_path!);
    expect(await readFile(stored, 'utf8')).toBe(content);
    expect((await stat(stored)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['broken', Buffer.from(`PK\x03\x04${'x'.repeat(100)}`, 'latin1'), 'report.docx'],
    ['not what its name says', Buffer.from('no PDF at all'), 'report.pdf'],
  ])('when the document is %s, then it is accepted, for a worker to tell', async (_, content, name) => {
    const response = await post().field('sessionId', 'broken').attach('file', content, name);

    expect(response.status).toBe(200);
    expect(await readJob(api.db, response.body.jobId)).toMatchObject({
      status: 'PENDING',
      file_name: name,
      file_mime: null,
    });
  });

  it('when fields come after the file, then they count as those before it', async () => {
    const response = await post()
      .attach('file', Buffer.from('a,b\n1,2\n'), 'table.csv')
      .field('maxRetries', '0')
      .field('timeoutMs', '5000')
      .field('sessionId', 'late fields');

    expect(response.status).toBe(200);
    expect(await readJob(api.db, response.body.jobId)).toMatchObject({
      session_id: 'late fields',
      max_retries: 0,
      timeout_ms: 5000,
      file_mime: 'text/csv',
    });
  });

  it('when a file name carries folders or none at all, then its base name or a default is kept', async () => {
    const page = Buffer.from('<!doctype html><p>x');

    const withFolders = await post().field('sessionId', 'names').attach('file', page, '../../etc/C:\\Übung.html');
    const withoutName = await post()
      .set('Content-Type', 'multipart/form-data; boundary=b')
      .send(
        '--b\r\nContent-Disposition: form-data; name="sessionId"\r\n\r\nnames\r\n' +
          '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n<!doctype html><p>x\r\n--b--\r\n',
      );
    const extended = await post()
      .set('Content-Type', 'multipart/form-data; boundary=b')
      .send(
        '--b\r\nContent-Disposition: form-data; name="sessionId"\r\n\r\nnames\r\n' +
          '--b\r\nContent-Disposition: form-data; name="file"; filename*=UTF-8\'\'%E2%82%AC%20rates.html\r\n\r\n' +
          '<!doctype html><p>x\r\n--b--\r\n',
      );

    expect(await readJob(api.db, withFolders.body.jobId)).toMatchObject({ file_name: 'Übung.html' });
    expect(await readJob(api.db, withoutName.body.jobId)).toMatchObject({ file_name: 'upload' });
    expect(await readJob(api.db, extended.body.jobId)).toMatchObject({ file_name: '€ rates.html' });
  });

  it('when a file name is too long, then it is cut and keeps its extension', async () => {
    const response = await post()
      .field('sessionId', 'names')
      .attach('file', Buffer.from('# x'), `${'é'.repeat(300)}.md`);

    const { file_name: name } = await readJob(api.db, response.body.jobId);
    expect([...name!]).toHaveLength(255);
    expect(name).toMatch(/é\.md$/);
  });

  it('when JSON names a file that is there, then the job refers to it and nothing is copied', async () => {
    const file = path.join(api.inputDir, 'report.pdf');
    await writeFile(file, '%PDF-1.4');
    const before = await api.storedFiles();

    const response = await post().send({ sessionId: 'paths', inputType: 'FILE', fileName: 'Q3.pdf', filePath: file });

    expect(response.status).toBe(200);
    expect(await readJob(api.db, response.body.jobId)).toMatchObject({
      input_type: 'FILE',
      input_path: file,
      file_name: 'Q3.pdf',
    });
    expect(await api.storedFiles()).toEqual(before);
  });

  it('when JSON names a file that is not there yet, then the job is made all the same', async () => {
    const filePath = path.join(api.inputDir, 'on-its-way.docx');

    const response = await post().send({
      sessionId: 'paths',
      inputType: 'FILE',
      filePath,
      maxRetries: 1,
      timeoutMs: 9,
    });

    expect(response.status).toBe(200);
    expect(await readJob(api.db, response.body.jobId)).toMatchObject({
      input_path: filePath,
      file_name: 'on-its-way.docx',
      max_retries: 1,
      timeout_ms: 9,
    });
  });

  it('when JSON names a URL, then the job refers to it', async () => {
    const inputUrl = 'https://example.com/a%20b.pdf?x=1';

    const response = await post().send({ sessionId: 'urls', inputType: 'URL', inputUrl });

    expect(response.status).toBe(200);
    expect(await readJob(api.db, response.body.jobId)).toMatchObject({
      input_type: 'URL',
      input_url: inputUrl,
      input_path: null,
      file_name: null,
    });
  });

  it('when a session id has 255 characters beyond the basic plane, then it is kept whole', async () => {
    const sessionId = '😀'.repeat(255);

    const response = await post().send({ sessionId, inputType: 'URL', inputUrl: 'https://example.com/' });

    expect(response.status).toBe(200);
    expect(await readJob(api.db, response.body.jobId)).toMatchObject({ session_id: sessionId });
  });

  it('when jobs are made, then they and their bytes are counted', async () => {
    await post().field('sessionId', 'counted').attach('file', Buffer.from('# x'), 'x.md');

    const text = await api.metrics.registry.metrics();
    expect(text).toMatch(/docling_jobs_jobs_created_total\{input_type="FILE"\} [1-9]/);
    expect(text).toMatch(/docling_jobs_uploads_bytes_total [1-9]/);
    expect(text).toMatch(/http_request_duration_seconds_count\{[^}]*route="\/api\/v1\/process",status_class="2xx"\}/);
  });
});
