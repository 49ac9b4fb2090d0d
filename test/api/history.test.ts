import request from 'supertest';
import { insertJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

interface Listed {
  id: string;
  [field: string]: unknown;
}

const FIELDS = [
  'id',
  'sessionId',
  'status',
  'currentStage',
  'progressPercent',
  'inputType',
  'fileName',
  'fileSize',
  'fileMime',
  'inputUrl',
  'retryCount',
  'errorCode',
  'errorMessage',
  'createdAt',
  'updatedAt',
  'startedAt',
  'completedAt',
  'results',
];

describe('lists of jobs', () => {
  let api: TestApi;
  /** Ids of the session `many`, newest first; half of them share one moment. */
  let many: string[];

  beforeAll(async () => {
    api = await startTestApi();
    const base = Date.parse('2026-01-01T00:00:00Z');
    const rows = [];
    for (let index = 0; index < 25; index += 1) {
      const created_at = new Date(base + Math.max(0, index - 12) * 1_000);
      rows.push(
        await insertJob(api.db, index % 5 === 0 ? 'COMPLETE' : 'PENDING', {
          session_id: 'many',
          created_at,
          file_size: '7',
        }),
      );
    }
    rows.sort((a, b) => b.created_at.getTime() - a.created_at.getTime() || (a.id < b.id ? 1 : -1));
    many = rows.map(({ id }) => id);
    await insertJob(api.db, 'PENDING', { session_id: 'other' });
    await api.db.rows(`INSERT INTO clients (id, name) VALUES ('stranger', 'stranger')`);
    await insertJob(api.db, 'COMPLETE', { session_id: 'many', client_id: 'stranger' });
  });

  afterAll(() => api.close());

  const get = (path: string) => request(api.server).get(`/api/v1${path}`);
  const ids = (jobs: Listed[]) => jobs.map(({ id }) => id);

  it('when a page is asked for, then it holds the contract’s fields, newest first, with the figures', async () => {
    const { body, status } = await get('/history?sessionId=many&page=1&pageSize=10');

    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 25, page: 1, pageSize: 10, totalPages: 3, nextCursor: expect.any(String) });
    expect(ids(body.jobs)).toEqual(many.slice(0, 10));
    expect(Object.keys(body.jobs[0])).toEqual(FIELDS);
    expect(body.jobs[0].fileSize).toBe(7);
    const complete = (body.jobs as Listed[]).find((job) => job['status'] === 'COMPLETE');
    expect(complete?.['results']).toEqual([
      { formatType: 'html', sizeBytes: 15 },
      { formatType: 'json', sizeBytes: 12 },
      { formatType: 'markdown', sizeBytes: 19 },
    ]);
  });

  it('when nothing but the session is given, then the first 20 come', async () => {
    const { body } = await get('/history?sessionId=many');

    expect(body).toMatchObject({ page: 1, pageSize: 20, totalPages: 2 });
    expect(ids(body.jobs)).toEqual(many.slice(0, 20));
  });

  it.each([
    ['the last page', 'many', 3, 5],
    ['a page past the end', 'many', 4, 0],
    ['a page far past the end', 'many', Number.MAX_SAFE_INTEGER, 0],
    ['a session without jobs', 'nobody', 1, 0],
  ])('when %s is asked for, then it is no error and has no next cursor', async (_name, session, page, count) => {
    const { body, status } = await get(`/history?sessionId=${session}&page=${page}&pageSize=10`);

    expect(status).toBe(200);
    expect(body.jobs).toHaveLength(count);
    expect(body.nextCursor).toBeNull();
    expect(body.total).toBe(session === 'many' ? 25 : 0);
  });

  it('when the cursor of a page is followed, then every job comes once, in order', async () => {
    const first = await get('/history?sessionId=many&pageSize=4');
    const seen = ids(first.body.jobs);
    let next: string | undefined = first.body.nextCursor as string;
    while (next) {
      const page = await get(`/history?sessionId=many&pageSize=4&cursor=${next}`);
      expect(Object.keys(page.body)).toEqual(['jobs', 'pageSize', 'nextCursor']);
      seen.push(...ids(page.body.jobs));
      next = page.body.nextCursor as string;
      expect(page.headers['link']).toBe(
        next ? `</api/v1/history?sessionId=many&cursor=${next}&pageSize=4>; rel="next"` : undefined,
      );
    }

    expect(seen).toEqual(many);
  });

  it('when a status is given, then only its jobs are listed and counted, along the cursor too', async () => {
    const first = await get('/history?sessionId=many&status=COMPLETE&pageSize=3');
    const rest = await get(`/history?sessionId=many&status=COMPLETE&pageSize=3&cursor=${first.body.nextCursor}`);

    expect(first.body).toMatchObject({ total: 5, totalPages: 2 });
    const statuses = [...first.body.jobs, ...rest.body.jobs].map((job: Listed) => job['status']);
    expect(statuses).toEqual(Array.from({ length: 5 }, () => 'COMPLETE'));
    expect(rest.body.nextCursor).toBeNull();
  });

  it('when the jobs of all sessions are listed, then those of other clients are not among them', async () => {
    const all = await get('/jobs?pageSize=100');
    const part = await get('/jobs?pageSize=20');
    const rest = await get(part.headers['link']!.slice('</api/v1'.length, -'>; rel="next"'.length));
    const complete = await get('/jobs?status=COMPLETE');

    expect(all.body.jobs).toHaveLength(26);
    expect(all.body.nextCursor).toBeNull();
    expect([...ids(part.body.jobs), ...ids(rest.body.jobs)]).toEqual(ids(all.body.jobs));
    expect(complete.body.jobs).toHaveLength(5);
  });

  it.each([
    ['/history', 'sessionId'],
    ['/history?sessionId=', 'sessionId'],
    ['/history?sessionId=a&sessionId=b', 'sessionId'],
    ['/history?sessionId=%00', 'sessionId'],
    [`/history?sessionId=${'x'.repeat(300)}`, 'sessionId'],
    ['/history?sessionId=s&page=0', 'page'],
    ['/history?sessionId=s&page=-1', 'page'],
    ['/history?sessionId=s&page=1.5', 'page'],
    ['/history?sessionId=s&page=two', 'page'],
    ['/history?sessionId=s&page=1e300', 'page'],
    ['/history?sessionId=s&pageSize=0', 'pageSize'],
    ['/history?sessionId=s&pageSize=101', 'pageSize'],
    ['/history?sessionId=s&status=DONE', 'status'],
    ['/history?sessionId=s&sort=asc', 'sort'],
    ['/history?sessionId=s&cursor=', 'cursor'],
    ['/history?sessionId=s&cursor=garbage', 'cursor'],
    ['/history?sessionId=s&cursor=%00', 'cursor'],
    ['/history?sessionId=s&page=1&cursor=abc', 'page'],
    ['/history/export', 'sessionId'],
    ['/history/export?sessionId=s&format=xml', 'format'],
    ['/history/export?sessionId=s&page=1', 'page'],
    ['/jobs?sessionId=s', 'sessionId'],
    ['/jobs?cursor=garbage', 'cursor'],
    ['/jobs?pageSize=101', 'pageSize'],
  ])('when the query is %s, then 400 E801 names %s', async (path, field) => {
    const { body, status, headers } = await get(path);

    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ code: 'E801', errors: [{ field }] });
  });

  it('when a cursor is used with other filters or for another list, then 400 E801', async () => {
    const { body } = await get('/history?sessionId=many&pageSize=1');

    for (const path of [
      `/history?sessionId=other&cursor=${body.nextCursor}`,
      `/history?sessionId=many&status=PENDING&cursor=${body.nextCursor}`,
      `/jobs?cursor=${body.nextCursor}`,
    ]) {
      expect((await get(path)).body).toMatchObject({ code: 'E801', errors: [{ field: 'cursor' }] });
    }
  });
});
