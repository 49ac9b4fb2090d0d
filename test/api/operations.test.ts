import request from 'supertest';
import { Health } from '../../src/http/health.js';
import { insertJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('what every answer has', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  const get = (path: string) => request(api.server).get(path);

  it('when the caller names its request sanely, then the answer and the log carry that name', async () => {
    const response = await get('/api/v1/health/live').set('X-Request-Id', 'a.B-1_c');

    expect(response.headers['x-request-id']).toBe('a.B-1_c');
    expect(api.logLines().some(({ requestId }) => requestId === 'a.B-1_c')).toBe(true);
  });

  it.each(['', 'a b', 'x'.repeat(129), 'a;b', '<script>'])(
    'when the caller names its request %j, then the service names it anew',
    async (name) => {
      const response = await get('/api/v1/health/live').set('X-Request-Id', name);

      expect(response.headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    },
  );

  it.each(['/', '/api/v1', '/api/v1/nothing', '/api/v1/%ZZ', '/api/v2/health', '/.env'])(
    'when nothing is at %s, then 404 E501',
    async (path) => {
      const { status, body, headers } = await get(path);

      expect([status, body.code]).toEqual([404, 'E501']);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers['x-content-type-options']).toBe('nosniff');
    },
  );

  it('when an error was not foreseen, then it is logged whole and nothing of it is told', async () => {
    const secret = 'SELECT secret FROM /srv/secret';
    const broken = await startTestApi({ parts: { health: { report: () => Promise.reject(new Error(secret)) } } });
    try {
      const response = await request(broken.server).get('/api/v1/health?').set('X-Request-Id', 'bad');

      expect(response.status).toBe(500);
      expect(response.body).toEqual({
        type: 'urn:docling-jobs:problem:E901',
        title: 'Something went wrong',
        status: 500,
        detail: 'The service failed to answer this request.',
        instance: '/api/v1/health',
        code: 'E901',
        retryable: false,
        requestId: 'bad',
      });
      const line = broken.logLines().find(({ level }) => level === 'error');
      expect(line).toMatchObject({ requestId: 'bad', code: 'E901', error: { cause: { message: secret } } });
      expect(JSON.stringify(line)).toContain('operations.test');
    } finally {
      await broken.close();
    }
  });

  it('when a request has ended, then one line tells of it, without what the client put into the URL', async () => {
    const { id } = await insertJob(api.db);
    await get(`/api/v1/jobs/${id}?private=words`);

    const line = api.logLines().find(({ jobId }) => jobId === id);
    expect(line).toMatchObject({
      level: 'info',
      message: 'request',
      method: 'GET',
      route: '/api/v1/jobs/:id',
      status: 400,
      code: 'E801',
      clientId: 'local',
      ms: expect.any(Number),
      bytes: expect.any(Number),
      requestId: expect.any(String),
    });
    expect(JSON.stringify(line)).not.toContain('private');
  });

  it('when metrics are scraped, then routes are patterns and the URL is nowhere', async () => {
    await get('/api/v1/jobs/not-a-uuid');
    await get('/api/v1/whatever');

    const { text, headers } = await get('/metrics');

    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toContain('route="/api/v1/jobs/:id",status_class="4xx"');
    expect(text).toContain('route="unmatched",status_class="4xx"');
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toMatch(/not-a-uuid|whatever/);
  });
});

describe('health', () => {
  it('when all is well, then every probe says so', async () => {
    const api = await startTestApi();
    try {
      const [live, ready, health] = await Promise.all(
        ['/live', '/ready', ''].map((path) => request(api.server).get(`/api/v1/health${path}`)),
      );

      expect([live!.status, live!.body]).toEqual([200, { status: 'ok' }]);
      expect([ready!.status, ready!.body]).toEqual([200, { status: 'ok' }]);
      expect(health!.status).toBe(200);
      expect(health!.body).toEqual({
        status: 'ok',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        environment: 'test',
        uptimeSeconds: expect.any(Number),
        dependencies: {
          database: { status: 'up', critical: true, latencyMs: expect.any(Number) },
          storage: { status: 'up', critical: true, latencyMs: expect.any(Number) },
        },
      });
    } finally {
      await api.close();
    }
  });

  it('when the database is away, then it is alive but not ready, and jobs answer 503', async () => {
    const api = await startTestApi();
    try {
      await api.db.database.close();
      const get = (path: string) => request(api.server).get(`/api/v1${path}`);

      expect((await get('/health/live')).status).toBe(200);
      expect((await get('/health/ready')).status).toBe(503);
      const health = await get('/health');
      expect(health.status).toBe(503);
      expect(health.body).toMatchObject({
        status: 'unavailable',
        dependencies: { database: { status: 'down' }, storage: { status: 'up' } },
      });
      const jobs = await get('/jobs');
      expect(jobs.body).toMatchObject({ status: 503, code: 'E401', retryable: true });
      expect(jobs.headers['retry-after']).toBeDefined();
    } finally {
      await api.close();
    }
  });

  it('when only something uncritical is down, then it still serves', async () => {
    const logger = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
    const health = new Health(
      [{ name: 'converter', critical: false, check: () => Promise.reject(new Error('down')) }],
      { logger: { ...logger, child: () => ({ ...logger, child: () => never() }) } },
    );
    const api = await startTestApi({ parts: { health } });
    try {
      const response = await request(api.server).get('/api/v1/health/ready');

      expect([response.status, response.body]).toEqual([200, { status: 'degraded' }]);
    } finally {
      await api.close();
    }
  });
});

function never(): never {
  throw new Error('not expected');
}
