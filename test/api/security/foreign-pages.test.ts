/** @direct about requests that never get as far as the database */
import request from 'supertest';
import { insertApiKey } from '../../support/api-keys.js';
import { insertJob, readJob } from '../../support/job-rows.js';
import { connectRaw, FORM_END, formPart, formRequest } from '../../support/raw-http.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const APP = 'https://app.example.org';

describe('a service that asks for no key', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({
      allowedHosts: ['docs.example.org', '.test'],
      corsOrigins: [APP],
      trustProxy: ['loopback'],
    });
  });
  beforeEach(() => api.db.rows('DELETE FROM jobs'));
  afterAll(() => api.close());

  const ask = async (host: string, more = '') => {
    const client = await connectRaw(api.port);
    await client.send(`GET /api/v1/jobs HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`);
    return client.untilClosed();
  };

  test.each([
    'localhost',
    'localhost:3000',
    'LocalHost.:3000',
    'docling.localhost:3000',
    '127.0.0.1',
    '127.8.9.10:3000',
    '[::1]:3000',
    '[::ffff:127.0.0.1]',
    '192.0.2.7:3000', // an address is never somebody else's
    '0.0.0.0:3000',
    'docs.example.org',
    'DOCS.example.org.:443',
    'test',
    'a.b.test:80',
    '',
  ])('when it is called %j, then it answers', async (host) => {
    expect(await ask(host)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    'rebound.example',
    'rebound.example:3000',
    'localhost.rebound.example',
    '127.0.0.1.rebound.example',
    '127.0.0.1.:3000',
    'notlocalhost',
    'xdocs.example.org',
    'a.docs.example.org',
    'atest',
    'localhost@rebound.example',
    'rebound.example@localhost',
    'rebound.example:1@localhost:3000',
    'rebound.example/localhost',
    'rebound.example, localhost',
    'localhost:3000:80',
    '[::1',
    '[::1]x',
    '[rebound.example]',
    '::1',
    '2130706433',
    '127.1',
    '0x7f.0.0.1',
    '127.0.0.1%00',
    'localhost%2erebound.example',
  ])('when it is called %j, then 403 E502, and why', async (host) => {
    const answer = await ask(host);

    expect(answer).toMatch(/^HTTP\/1\.1 403 .*\r\nContent-Type: application\/problem\+json\r\n/s);
    expect(answer).toMatch(/"status":403,"detail":"[^"]*ALLOWED_HOSTS.*"code":"E502","retryable":false/);
    expect(answer).not.toContain('rebound');
  });

  test('when a page says by X-Forwarded-Host that its name is right, then it is not believed', async () => {
    expect(await ask('rebound.example', 'X-Forwarded-Host: localhost\r\n')).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('when HTTP/1.0 names no host, then that is no browser, and it answers', async () => {
    const client = await connectRaw(api.port);
    await client.send('GET /api/v1/jobs HTTP/1.0\r\n\r\n');

    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('when a rebound page sends, cancels or deletes, then nothing is done', async () => {
    const { id } = await insertJob(api.db, 'PENDING');
    const rebound = { Host: 'rebound.example', Origin: 'http://rebound.example', 'Sec-Fetch-Site': 'same-origin' };
    const call = request(api.url);

    await call.post('/api/v1/process').set(rebound).field('sessionId', 's').attach('file', Buffer.from('a,b'), 'a.csv');
    await call.post(`/api/v1/jobs/${id}/cancel`).set(rebound).expect(403);
    await call.delete(`/api/v1/jobs/${id}`).set(rebound).expect(403);

    expect(await readJob(api.db, id)).toMatchObject({ status: 'PENDING' });
    expect(await api.countJobs()).toBe(1);
    expect(await api.storedFiles()).toEqual([]);
  });

  test('when a probe or Prometheus calls it by any name, then it answers', async () => {
    for (const path of ['/api/v1/health/live', '/api/v1/health/ready', '/api/v1/health', '/metrics']) {
      await request(api.url).get(path).set('Host', 'docling.monitoring.svc').expect(200);
    }
  });

  const FOREIGN: readonly (readonly [name: string, headers: Record<string, string>])[] = [
    ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['another port of this machine', { Origin: 'http://localhost:8080', 'Sec-Fetch-Site': 'same-site' }],
    ['a browser that keeps its origin to itself', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['a browser that sends no origin', { 'Sec-Fetch-Site': 'cross-site' }],
    ['an old browser', { Origin: 'https://evil.example' }],
    ['an old browser, from another port', { Origin: 'http://127.0.0.1:1' }],
    ['an old browser, from a file or a sandbox', { Origin: 'null' }],
    ['a browser of the future', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'nearby' }],
    ['whoever says two things', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin, cross-site' }],
    ['an origin that looks like one that is allowed', { Origin: `${APP}.evil.example` }],
  ];

  test.each(FOREIGN)(
    'when a form with a file comes from %s, then 403 E502, and there is no job',
    async (_, headers) => {
      const form = Buffer.from(
        formPart('name="sessionId"', 's') + formPart('name="file"; filename="a.csv"', 'a,b\n1,2\n') + FORM_END,
      );
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const client = await connectRaw(api.port);
      await client.send(formRequest(`${lines.join('')}Content-Length: ${form.length}\r\nConnection: close`));
      await client.send(form);

      const answer = await client.untilClosed();

      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toMatch(/"detail":"[^"]*CORS_ORIGINS.*"code":"E502"/);
      expect(await api.countJobs()).toBe(0);
      expect(await api.storedFiles()).toEqual([]);
    },
  );

  test.each(FOREIGN)(
    'when %s would cancel, retry or delete a job, then 403, and nothing happens',
    async (_, headers) => {
      const { id } = await insertJob(api.db, 'FAILED');
      const call = request(api.url);

      await call.post(`/api/v1/jobs/${id}/cancel`).set(headers).expect(403);
      await call.post(`/api/v1/jobs/${id}/retry`).set(headers).expect(403);
      await call.delete(`/api/v1/jobs/${id}`).set(headers).expect(403);

      expect(await api.countJobs()).toBe(1);
    },
  );

  test.each(FOREIGN)('when %s would read, then it is served, but no page may look at it', async (_, headers) => {
    const answer = await request(api.url).get('/api/v1/jobs').set(headers).expect(200);

    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  test.each([
    ['curl, or a program', {}],
    ['a page of its own', { Origin: 'http://HOST', 'Sec-Fetch-Site': 'same-origin' }],
    [
      'a page of its own behind a proxy that ends TLS and changes the name',
      { Origin: 'https://docs.example.org', 'Sec-Fetch-Site': 'same-origin' },
    ],
    ['a page of its own in an old browser', { Origin: 'http://HOST' }],
    ['a page of its own in an old browser, by TLS', { Origin: 'https://HOST' }],
    ['the user', { 'Sec-Fetch-Site': 'none' }],
    ['a page that is allowed', { Origin: APP, 'Sec-Fetch-Site': 'cross-site' }],
    ['a page that is allowed, in an old browser', { Origin: APP }],
  ] as readonly (readonly [string, Record<string, string>])[])(
    'when a job comes from %s, then it is made',
    async (_, headers) => {
      const given = Object.entries(headers).map(([name, value]) => [
        name,
        value.replace('HOST', `127.0.0.1:${api.port}`),
      ]);

      await request(api.url)
        .post('/api/v1/process')
        .set(Object.fromEntries(given) as Record<string, string>)
        .send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/a.pdf' })
        .expect(200);
    },
  );
});

describe('a service with keys, or one that any name leads to', () => {
  let api: TestApi;
  afterEach(() => api.close());
  const FOREIGN_PAGE = { Host: 'any.example', Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  const job = { sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/a.pdf' };

  test('when a page has a key, then that is enough', async () => {
    api = await startTestApi({ auth: 'api-key' });
    const key = await insertApiKey(api.db, 'acme');

    await request(api.url)
      .post('/api/v1/process')
      .set({ ...FOREIGN_PAGE, 'X-Api-Key': key })
      .send(job)
      .expect(200);
  });

  test('when names are said, then they hold with keys too, and the name goes before the key', async () => {
    api = await startTestApi({ auth: 'api-key', allowedHosts: ['docs.example.org'] });
    const key = await insertApiKey(api.db, 'acme');

    await request(api.url).get('/api/v1/jobs').set({ Host: 'docs.example.org', 'X-Api-Key': key }).expect(200);
    await request(api.url).get('/api/v1/jobs').set({ Host: 'any.example', 'X-Api-Key': key }).expect(403);
  });

  test('when it asks for no key and any name is right, as in a container, then pages are refused all the same', async () => {
    api = await startTestApi();

    await request(api.url).post('/api/v1/process').set({ Host: 'any.example' }).send(job).expect(200);
    await request(api.url).post('/api/v1/process').set(FOREIGN_PAGE).send(job).expect(403);
  });
});
