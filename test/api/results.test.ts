import request from 'supertest';
import { insertJob } from '../support/job-rows.js';
import { connectRaw } from '../support/raw-http.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('results', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  const get = (path: string) => request(api.server).get(`/api/v1/jobs/${path}`);

  /** A job whose Markdown is `content` (an SQL expression). */
  const jobWith = async (content: string) => {
    const { id } = await insertJob(api.db, 'FAILED', { file_name: 'Q3 ü.pdf' });
    await api.db.rows(
      `INSERT INTO results (job_id, format_type, content, size_bytes)
       SELECT $1, 'markdown', text, octet_length(text) FROM (SELECT ${content} AS text) AS made`,
      [id],
    );
    return id;
  };

  it('when results are listed, then their metadata comes, and their content only if asked for', async () => {
    const { id } = await insertJob(api.db, 'COMPLETE');

    const plain = await get(`${id}/results`);
    const full = await get(`${id}/results?include=content`);

    expect(plain.body).toEqual({
      jobId: id,
      status: 'COMPLETE',
      results: ['html', 'json', 'markdown'].map((formatType) => ({
        formatType,
        sizeBytes: expect.any(Number),
        generatedAt: expect.any(String),
      })),
    });
    expect(full.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(full.body.results.map(({ content }: { content: string }) => content)).toEqual([
      'content of html',
      '{"texts":[]}',
      'content of markdown',
    ]);
  });

  it('when contents need escaping and more than one read, then the list is still their exact text', async () => {
    const id = await jobWith(`repeat(E'"\\\\\\n\\t😀ü', 60000)`);

    const { body } = await get(`${id}/results?include=content`);

    expect(body.results).toHaveLength(1);
    expect(body.results[0].content).toBe('"\\\n\t😀ü'.repeat(60_000));
  });

  it('when a job has no results, then the list is empty, with contents too', async () => {
    const { id } = await insertJob(api.db, 'PENDING');

    expect((await get(`${id}/results`)).body).toEqual({ jobId: id, status: 'PENDING', results: [] });
    expect((await get(`${id}/results?include=content`)).body.results).toEqual([]);
  });

  it('when the contents are too much for a list, then 422 E305', async () => {
    const id = await jobWith(`repeat('x', 33 * 1024 * 1024)`);

    const { body, status } = await get(`${id}/results?include=content`);

    expect([status, body.code]).toEqual([422, 'E305']);
  });

  it.each([
    ['markdown', 'text/markdown; charset=utf-8', 'content of markdown'],
    ['html', 'text/html; charset=utf-8', 'content of html'],
    ['json', 'application/json', '{"texts":[]}'],
  ])('when %s is fetched, then it comes as itself', async (format, type, content) => {
    const { id } = await insertJob(api.db, 'COMPLETE');

    const response = await get(`${id}/results/${format}`).buffer(true);

    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': type,
      'content-length': String(content.length),
      etag: expect.stringMatching(/^"[0-9a-f-]{36}"$/),
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers['content-disposition']).toBeUndefined();
    expect(response.text).toBe(content);
  });

  it('when HTML is fetched, then a browser may neither run nor load what is in it', async () => {
    const { id } = await insertJob(api.db, 'COMPLETE');

    const { headers } = await get(`${id}/results/html`);

    expect(headers['content-security-policy']).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    );
  });

  it('when the client has the result already, then 304', async () => {
    const { id } = await insertJob(api.db, 'COMPLETE');
    const { etag } = (await get(`${id}/results/html`)).headers;

    const same = await get(`${id}/results/html`).set('If-None-Match', `"other", ${etag}`);
    const other = await get(`${id}/results/html`).set('If-None-Match', '"other"');

    expect([same.status, same.text]).toEqual([304, '']);
    expect(same.headers['etag']).toBe(etag);
    expect(other.status).toBe(200);
  });

  it('when only the headers are asked for, then they are those of the content', async () => {
    const { id } = await insertJob(api.db, 'COMPLETE');

    const response = await request(api.server).head(`/api/v1/jobs/${id}/results/html`);

    expect(response.status).toBe(200);
    expect(response.headers['content-length']).toBe('15');
    expect(response.text).toBeUndefined();
  });

  it('when a download is asked for, then it is named after the document', async () => {
    const id = await jobWith(`'# x'`);

    const { headers } = await get(`${id}/results/markdown?download=1`);

    expect(headers['content-disposition']).toBe(`attachment; filename="Q3 ?.md"; filename*=UTF-8''Q3%20%C3%BC.md`);
    expect(headers['content-type']).toBe('text/markdown; charset=utf-8');
  });

  it('when a result is large, then it arrives whole', async () => {
    const id = await jobWith(`repeat('😀ü', 500000)`);

    const response = await get(`${id}/results/markdown`).buffer(true);

    expect(response.headers['content-length']).toBe(String(6 * 500_000));
    expect(response.text).toBe('😀ü'.repeat(500_000));
  });

  it('when a result is deleted while it is read, then the connection breaks off', async () => {
    const id = await jobWith(`repeat('x', 30 * 1024 * 1024)`);
    const client = await connectRaw(api.port);

    await client.send(`GET /api/v1/jobs/${id}/results/markdown HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.receive(/\r\n\r\nx/);
    client.socket.pause();
    await api.db.rows('DELETE FROM jobs WHERE id = $1', [id]);
    client.socket.resume();
    const received = await client.untilClosed();

    expect(received.length).toBeLessThan(30 * 1024 * 1024);
    expect(api.db.database.state().inUse).toBe(0);
  });

  it.each([
    ['PENDING', 'it has no results before it is finished'],
    ['PROCESSING', 'it has no results before it is finished'],
    ['FAILED', 'has no result in the format html'],
    ['PARTIAL_COMPLETE', 'has no result in the format html'],
  ] as const)('when a %s job has no such result, then 404 E501 says why', async (status, reason) => {
    const { id } = await insertJob(api.db, status);

    const { body } = await get(`${id}/results/html`);

    expect(body).toMatchObject({ status: 404, code: 'E501', detail: expect.stringContaining(reason) });
    expect(body.detail).toContain(status);
  });

  it('when the format or a parameter is unknown, then it is refused', async () => {
    const { id } = await insertJob(api.db, 'COMPLETE');

    expect((await get(`${id}/results/pdf`)).body).toMatchObject({ status: 404, code: 'E501' });
    expect((await get(`${id}/results/html?download=maybe`)).body).toMatchObject({ status: 400, code: 'E801' });
    expect((await get(`${id}/results?include=all`)).body).toMatchObject({ status: 400, code: 'E801' });
  });
});
