import request from 'supertest';
import { insertApiKey } from '../../support/api-keys.js';
import { connectRaw } from '../../support/raw-http.js';
import { parseScrape, strayLabels } from '../../support/scrape.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const DOCUMENT = 'confidential words of a document';
const FORGED = 'x\r\n{"level":"error","message":"forged"}\n\u001b[2K\u009b2K\u2028forged\u2029\u0085';

describe('logs and metrics', () => {
  let api: TestApi;
  let key: string;
  beforeAll(async () => {
    api = await startTestApi({ auth: 'api-key' });
    key = await insertApiKey(api.db, 'acme');
  });
  afterAll(() => api.close());

  const metrics = async () => (await request(api.url).get('/metrics')).text;

  test('when clients send what could be secret, then it is neither in the log nor in the metrics', async () => {
    const post = () => request(api.url).post('/api/v1/process').set('Authorization', `Bearer ${key}`);
    await post()
      .set({ Cookie: 'session=cookie-secret', 'Idempotency-Key': 'idempotency-secret', 'User-Agent': 'agent-secret' })
      .field('sessionId', 'session-secret')
      .attach('file', Buffer.from(DOCUMENT), 'name-secret.txt')
      .expect(200);
    await post().send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://me:url-secret@example.org/' }).expect(400);
    await post()
      .send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/?token=query-secret' })
      .expect(200);
    await post().set('Content-Type', 'application/json').send(`{"${DOCUMENT}": json-secret`).expect(400);
    await request(api.url).get('/api/v1/jobs?api_key=parameter-secret').set('X-Api-Key', key).expect(400);
    await request(api.url).get('/api/v1/jobs').set('X-Api-Key', 'wrong-secret').expect(401);
    await request(api.url).get('/path-secret').set('X-Request-Id', key).auth('user', 'basic-secret').expect(401);

    const written = api.logText() + (await metrics());
    expect(api.logLines().length).toBeGreaterThanOrEqual(7);
    expect(written).not.toMatch(/-secret|confidential/);
    expect(written).not.toContain(key);
    expect(written).not.toContain(Buffer.from('user:basic-secret').toString('base64'));
  });

  test('when the database refuses what a client sent, then the log tells that, and not what it was', async () => {
    await api.db.rows('REVOKE INSERT ON jobs FROM docling_app');
    try {
      await request(api.url)
        .post('/api/v1/process')
        .set('X-Api-Key', key)
        .send({ sessionId: 'session-secret', inputType: 'URL', inputUrl: 'https://example.org/url-secret' })
        .expect(500);
    } finally {
      await api.db.rows('GRANT INSERT ON jobs TO docling_app');
    }

    const line = api.logLines().find(({ level }) => level === 'error');
    expect(line).toMatchObject({ message: 'request failed', code: 'E403' });
    expect(JSON.stringify(line)).not.toMatch(/-secret/);
  });

  test('when clients send line breaks and escapes, then the log has only lines of its own', async () => {
    const before = api.logLines().length;
    const raw = Buffer.from(
      `GET /${encodeURIComponent(FORGED)}?a=${encodeURIComponent(FORGED)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
        `X-Api-Key: ${key}\r\nUser-Agent: \x9b2K\x85 forged\r\nX-Request-Id: \x85forged\r\nIdempotency-Key: \x9bforged\r\n\r\n`,
      'latin1',
    );
    const client = await connectRaw(api.port);
    await client.send(raw);
    await client.untilClosed();
    await request(api.url)
      .post('/api/v1/process')
      .set('X-Api-Key', key)
      .send({ sessionId: FORGED, inputType: FORGED, fileName: FORGED, [FORGED]: FORGED })
      .expect(400);
    const form = request(api.url).post('/api/v1/process').set('X-Api-Key', key).field('sessionId', 's');
    await form.attach('file', Buffer.from('a,b\n'), { filename: `${FORGED}.csv`, contentType: 'text/csv' });

    expect(
      api
        .logLines()
        .slice(before)
        .map(({ message }) => message),
    ).toEqual(['request', 'request', 'job transition', 'request']);
    expect(api.logText()).not.toMatch(/forged/);
    expect(api.logText()).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/);
  });

  test('when clients try methods, paths, formats and statuses of every kind, then the labels stay the same few', async () => {
    const paths = [
      '/',
      '/a',
      '/%ff',
      '/api/v1/jobs/x',
      '/api/v1/jobs/x/results/y',
      '/metrics/x',
      '/api/v1/history?x=1',
    ];
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'PROPFIND', 'M-SEARCH', 'TRACE', 'QUERY', 'LINK', 'SMUGGLE']) {
      for (const path of paths) {
        const client = await connectRaw(api.port);
        await client.send(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        await client.untilClosed();
      }
    }

    const text = await metrics();
    const patterns = api.routes().map((route) => route.split(' ')[1]!);
    expect(strayLabels(api.metrics.descriptions, parseScrape(text), patterns)).toEqual([]);
    const series = text.match(/docling_jobs_http_request_duration_seconds_count\{.*\}/g) ?? [];
    const label = (name: string) => new Set(series.map((line) => new RegExp(`${name}="([^"]*)"`).exec(line)?.[1]));
    const routes = new Set(['unmatched', ...api.routes().map((route) => route.split(' ')[1])]);
    expect(label('method')).toEqual(new Set(['GET', 'HEAD', 'POST', 'other']));
    expect([...label('route')].filter((route) => !routes.has(route))).toEqual([]);
    expect([...label('status_class')].every((status) => /^([1-5]xx|aborted)$/.test(status!))).toBe(true);
  });
});
