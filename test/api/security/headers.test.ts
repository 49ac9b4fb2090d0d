import request, { type Response } from 'supertest';
import { insertApiKey } from '../../support/api-keys.js';
import { insertJob } from '../../support/job-rows.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const APP = 'https://app.example.org';

describe('the headers of answers', () => {
  let api: TestApi;
  let key: string;
  let id: string;
  beforeAll(async () => {
    api = await startTestApi({
      auth: 'api-key',
      trustProxy: ['loopback'],
      corsOrigins: [APP, 'http://localhost:8080'],
    });
    key = await insertApiKey(api.db, 'acme');
    ({ id } = await insertJob(api.db, 'COMPLETE', { client_id: 'acme' }));
  });
  afterAll(() => api.close());

  const get = (path: string) => request(api.url).get(path.replace(':id', id)).set('X-Api-Key', key);

  test.each([
    ['a list', () => get('/api/v1/jobs')],
    ['a job', () => get('/api/v1/jobs/:id')],
    ['a result', () => get('/api/v1/jobs/:id/results/markdown')],
    ['an export', () => get('/api/v1/history/export?sessionId=session')],
    ['the events of a job', () => get('/api/v1/jobs/:id/events')],
    ['nothing new', () => get('/api/v1/jobs/:id/results/json').set('If-None-Match', '*')],
    ['a refusal', () => get('/api/v1/jobs?page=x')],
    ['a call without a key', () => request(api.url).get('/api/v1/jobs')],
    ['nothing there', () => get('/nothing')],
    ['a path that cannot be read', () => get('/api/v1/%ff')],
    ['health', () => request(api.url).get('/api/v1/health/live')],
    ['metrics', () => request(api.url).get('/metrics')],
    ['the options of a path', () => request(api.url).options('/api/v1/jobs').set('X-Api-Key', key)],
  ])('when the answer is %s, then no browser can make a page of it or guess its type', async (_, send) => {
    const { headers } = await send();

    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    for (const name of [
      'x-powered-by',
      'server',
      'strict-transport-security',
      'set-cookie',
      'access-control-allow-origin',
    ]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  test('when an HTML result is shown in a browser, then it may neither run nor load anything', async () => {
    const { headers } = await get('/api/v1/jobs/:id/results/html').expect(200);

    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none';(?!.*script)/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('when a trusted proxy says that the client came by TLS, then browsers are told to stay with it', async () => {
    const { headers } = await get('/api/v1/jobs').set('X-Forwarded-Proto', 'https');

    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });

  describe('a page of another origin', () => {
    const preflight = (origin: string) =>
      request(api.url).options('/api/v1/process').set({
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-api-key',
      });

    test('when its origin is allowed, then its preflight needs no key, and it may read what a client needs', async () => {
      const asked = await preflight(APP);
      const answered = await get('/api/v1/jobs').set('Origin', APP);

      expect(asked.status).toBe(204);
      expect(asked.headers).toMatchObject({
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
        'access-control-max-age': '600',
      });
      expect(asked.headers['access-control-allow-headers']).toMatch(/\bX-Api-Key\b/);
      expect(answered.headers['access-control-allow-origin']).toBe(APP);
      expect(answered.headers['access-control-expose-headers']).toMatch(
        /\bLocation\b.*\bRetry-After\b.*\bX-Request-Id\b/,
      );
      expect(answered.headers['vary']).toMatch(/\bOrigin\b/);
      for (const { headers } of [asked, answered])
        expect(headers).not.toHaveProperty('access-control-allow-credentials');
    });

    test('when its origin is allowed and its request refused, then it may read why', async () => {
      const { status, headers } = await request(api.url).get('/api/v1/jobs').set('Origin', APP);

      expect([status, headers['access-control-allow-origin']]).toEqual([401, APP]);
    });

    test.each([
      'https://app.example.org.evil.example',
      'https://evil.example',
      'http://app.example.org',
      'https://app.example.org:8443',
      'https://APP.example.org',
      'https://x.app.example.org',
      'null',
      '*',
    ])('when its origin is %s, then it is allowed nothing', async (origin) => {
      const asked = await preflight(origin);
      const answered = await get('/api/v1/jobs').set('Origin', origin);

      expect(asked.status).toBe(401);
      for (const { headers } of [asked, answered] as Response[]) {
        expect(Object.keys(headers as object).filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(headers['vary']).toMatch(/\bOrigin\b/);
      }
    });
  });
});
