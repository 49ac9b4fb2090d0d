import request from 'supertest';
import { insertApiKey } from '../../support/api-keys.js';
import { OPEN, ROUTES, type Method } from '../../support/api-routes.js';
import { insertJob, insertResults } from '../../support/job-rows.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const UNKNOWN = '01900000-0000-7000-8000-000000000000';

const JOB_ROUTES = ROUTES.filter(([, path]) => path.includes(':id'));
const LIST_ROUTES = ROUTES.filter(([method, path]) => method === 'get' && !path.includes(':id'));

describe('keys and clients', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ auth: 'api-key' });
  });
  beforeEach(async () => {
    await api.db.rows('DELETE FROM jobs');
    await api.db.rows('DELETE FROM api_keys');
  });
  afterAll(() => api.close());

  const call = (method: Method, path: string, id = UNKNOWN) => request(api.url)[method](path.replace(':id', id));

  describe.each(ROUTES)('%s %s', (method, path) => {
    test.each([
      ['no key', undefined],
      ['a key that never was', () => Promise.resolve(`dj_${'A'.repeat(43)}`)],
      ['something that is no key', () => Promise.resolve(`' OR 1=1 --`)],
      ['a revoked key', () => insertApiKey(api.db, 'acme', { revoked_at: 'now()' })],
      ['an expired key', () => insertApiKey(api.db, 'acme', { expires_at: `now() - interval '1 second'` })],
    ])('when it comes with %s, then 401 E502, and nothing else happens', async (_, makeKey) => {
      const key = await makeKey?.();
      const sent = call(method, path);
      const response = await (key === undefined ? sent : sent.set('Authorization', `Bearer ${key}`));

      expect(response.status).toBe(401);
      expect(response.headers['content-type']).toMatch('application/problem+json');
      expect(response.headers['www-authenticate']).toBe(
        key === undefined ? 'Bearer realm="docling-jobs"' : 'Bearer realm="docling-jobs", error="invalid_token"',
      );
      expect(response.body).toMatchObject({ code: 'E502', status: 401, retryable: false });
      expect(await api.countJobs()).toBe(0);
    });
  });

  test('when the app has another route, then it is guarded, or open on purpose', () => {
    const routes = [...ROUTES, ...OPEN.map((path) => ['get', path] as const)];
    const listed = new Set(
      routes.map(([method, path]) => {
        const pattern = path.split('?', 1)[0]!.replace('/markdown', '/:format').replace('/page.js', '/:asset');
        return `${method} ${pattern}`;
      }),
    );

    expect(new Set(api.routes())).toEqual(listed);
  });

  test.each([
    ['Authorization: Bearer', (key: string) => ({ Authorization: `Bearer ${key}` })],
    ['authorization: bearer', (key: string) => ({ authorization: `bearer  ${key} ` })],
    ['X-Api-Key', (key: string) => ({ 'X-Api-Key': key })],
    ['both, with the same key', (key: string) => ({ 'X-Api-Key': key, Authorization: `Bearer ${key}` })],
  ])('when a key comes as %s, then its client is served, and the use is noted', async (_, headersFor) => {
    const key = await insertApiKey(api.db, 'acme');

    const { body } = await request(api.url)
      .post('/api/v1/process')
      .set(headersFor(key))
      .field('sessionId', 's')
      .attach('file', Buffer.from('a,b\n'), 'a.csv')
      .expect(200);

    expect(await api.db.row('SELECT client_id FROM jobs WHERE id = $1', [body.jobId])).toEqual({ client_id: 'acme' });
    expect(await api.db.row('SELECT last_used_at IS NOT NULL AS used FROM api_keys')).toEqual({ used: true });
    expect(JSON.stringify(api.logLines())).not.toContain(key);
  });

  test.each([
    ['two different keys', { Authorization: 'Bearer KEY', 'X-Api-Key': `dj_${'B'.repeat(43)}` }],
    ['another scheme', { Authorization: 'Basic KEY' }],
    ['two tokens', { Authorization: 'Bearer KEY KEY' }],
  ])('when a good key comes as %s, then 401', async (_, headers) => {
    const key = await insertApiKey(api.db, 'acme');
    const given = Object.entries(headers).map(([name, value]) => [name, value.replaceAll('KEY', key)]);

    await request(api.url).get('/api/v1/jobs').set(Object.fromEntries(given)).expect(401);
  });

  test('when a key was used in the last minute, then that is not noted again', async () => {
    const key = await insertApiKey(api.db, 'acme', { last_used_at: `now() - interval '30 seconds'` });
    const before = await api.db.row('SELECT xmin FROM api_keys');

    await request(api.url).get('/api/v1/jobs').set('X-Api-Key', key).expect(200);

    expect(await api.db.row('SELECT xmin FROM api_keys')).toEqual(before);
  });

  test('when another is just noting the use of a key, then nobody waits for that', async () => {
    const key = await insertApiKey(api.db, 'acme');
    await api.db.rows('BEGIN');
    try {
      await api.db.rows('SELECT FROM api_keys FOR UPDATE');
      await request(api.url).get('/api/v1/jobs').set('X-Api-Key', key).expect(200);
    } finally {
      await api.db.rows('ROLLBACK');
    }
  });

  describe('what belongs to another client', () => {
    let key: string;
    let foreign: string;
    beforeEach(async () => {
      key = await insertApiKey(api.db, 'acme');
      await insertApiKey(api.db, 'other');
      foreign = (await insertJob(api.db, 'FAILED', { client_id: 'other' })).id;
      await insertResults(api.db, foreign, ['markdown']);
    });

    test.each(JOB_ROUTES)(
      'when %s %s names it, then the answer is that of a job that never was',
      async (method, path) => {
        const answers = [];
        for (const id of [foreign, UNKNOWN]) {
          const { status, headers, body } = await call(method, path, id).set('X-Api-Key', key).set('X-Request-Id', 'r');
          const { date, ...others } = headers as Record<string, string>;
          expect(date).toBeDefined();
          answers.push({
            status,
            headers: others,
            body: JSON.parse(JSON.stringify(body).replaceAll(id, 'ID')) as unknown,
          });
        }

        expect(answers[0]).toMatchObject({ status: 404, body: { code: 'E501' } });
        expect(answers[0]).toEqual(answers[1]);
        expect(await api.db.row('SELECT status FROM jobs')).toEqual({ status: 'FAILED' });
      },
    );

    test.each(LIST_ROUTES)('when %s %s lists jobs, then it is not there', async (method, path) => {
      const { text } = await call(method, path).set('X-Api-Key', key).expect(200);

      expect(text).not.toContain(foreign);
    });

    test('when its idempotency key is used, then that makes a job of one’s own', async () => {
      const keys = [key, await insertApiKey(api.db, 'other')];
      const ids = [];
      for (const apiKey of keys) {
        const { body } = await request(api.url)
          .post('/api/v1/process')
          .set({ 'X-Api-Key': apiKey, 'Idempotency-Key': 'same' })
          .send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/a.pdf' })
          .expect(200);
        ids.push(body.jobId);
      }

      expect(new Set(ids).size).toBe(2);
    });
  });

  test('when nobody is known, then health, metrics and the documentation answer all the same', async () => {
    for (const path of OPEN) await request(api.url).get(path).expect(200);
  });
});
