import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { insertApiKey } from '../../support/api-keys.js';
import { insertJob } from '../../support/job-rows.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const SQL: readonly string[] = [
  `' OR '1'='1`,
  `'; DROP TABLE jobs; --`,
  `session' UNION SELECT key_hash FROM api_keys --`,
  `session'||pg_sleep(30)||'`,
  `\\'; DELETE FROM jobs; --`,
  `$1`,
  `$$; DROP TABLE jobs; $$`,
  `%_*`,
  `"; --`,
  `/* */ ; --`,
  `E'\\x27'`,
  `0x27`,
  `\u02bc OR 1=1`,
  `＇ OR 1=1 --`,
];

describe('text that means something elsewhere', () => {
  let api: TestApi;
  let key: string;
  beforeAll(async () => {
    api = await startTestApi({ auth: 'api-key' });
  });
  beforeEach(async () => {
    await api.db.rows('DELETE FROM jobs');
    await api.db.rows('DELETE FROM api_keys');
    key = await insertApiKey(api.db, 'acme');
    await insertJob(api.db, 'COMPLETE', { client_id: 'acme', session_id: 'session' });
    await insertJob(api.db, 'COMPLETE', { client_id: 'local', session_id: 'foreign' });
  });
  afterAll(() => api.close());

  const get = (path: string, query: Record<string, string> = {}) =>
    request(api.url).get(path).query(query).set('X-Api-Key', key);

  describe.each(SQL)('when %j', (text) => {
    test('is a session’s name, then it names that session and no other, wherever it goes', async () => {
      const form = request(api.url).post('/api/v1/process').set('X-Api-Key', key).field('sessionId', text);
      const uploaded = await form.attach('file', Buffer.from('a,b\n'), `${text}.csv`).expect(200);
      const json = { sessionId: text, inputType: 'URL', inputUrl: `https://example.org/${encodeURIComponent(text)}` };
      await request(api.url).post('/api/v1/process').set('X-Api-Key', key).send(json).expect(200);

      const page = await get('/api/v1/history', { sessionId: text, pageSize: '1' }).expect(200);
      const next = await get('/api/v1/history', {
        sessionId: text,
        pageSize: '1',
        cursor: page.body.nextCursor as string,
      }).expect(200);
      const exported = await get('/api/v1/history/export', { sessionId: text, format: 'ndjson' }).buffer().expect(200);
      const linked = await get((uploaded.body.links as { history: string }).history).expect(200);

      expect([page.body.total, next.body.jobs.length, linked.body.total]).toEqual([2, 1, 2]);
      expect([page.body.jobs[0].sessionId, next.body.jobs[0].sessionId]).toEqual([text, text]);
      expect(exported.text.trim().split('\n')).toHaveLength(2);
      expect(await api.countJobs()).toBe(4);
    });

    test.each<[string, (sent: string) => Promise<request.Response>, number]>([
      ['a status', (sent) => get('/api/v1/jobs', { status: sent }).then(), 400],
      ['a cursor', (sent) => get('/api/v1/jobs', { cursor: sent }).then(), 400],
      ['a page', (sent) => get('/api/v1/history', { sessionId: 'session', page: sent }).then(), 400],
      ['a page’s size', (sent) => get('/api/v1/jobs', { pageSize: sent }).then(), 400],
      ['a format to export', (sent) => get('/api/v1/history/export', { sessionId: 's', format: sent }).then(), 400],
      ['a parameter', (sent) => get('/api/v1/jobs', { [sent]: 'x' }).then(), 400],
      ['a job', (sent) => get(`/api/v1/jobs/${encodeURIComponent(sent)}`).then(), 404],
      ['a key', (sent) => request(api.url).get('/api/v1/jobs').set('X-Api-Key', toLatin1(sent)).then(), 401],
      [
        'the last event',
        (sent) => lastJob().then((id) => get(`/api/v1/jobs/${id}/events`, { lastEventId: sent })),
        400,
      ],
      [
        'a result’s format',
        (sent) => lastJob().then((id) => get(`/api/v1/jobs/${id}/results/${encodeURIComponent(sent)}`)),
        404,
      ],
    ])('is %s, then it is refused, and nothing has changed', async (_, send, status) => {
      const response = await Promise.race([send(text), delay(10_000, undefined, { ref: false })]);

      expect(response?.status).toBe(status);
      expect(response?.headers['content-type']).toBe('application/problem+json');
      expect(response?.text).not.toMatch(/syntax|relation|foreign/);
      expect(await api.countJobs()).toBe(2);
    });

    test('is an idempotency key, then it is one key like any other', async () => {
      const send = (idempotencyKey: string) =>
        request(api.url)
          .post('/api/v1/process')
          .set({ 'X-Api-Key': key, 'Idempotency-Key': toLatin1(idempotencyKey) })
          .send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/' });
      const first = await send(text);
      const second = await send(text);

      expect(second.body.jobId).toBe(first.body.jobId);
      expect([first.status, second.status]).toEqual(/^[ -~]*$/.test(toLatin1(text)) ? [200, 200] : [400, 400]);
      expect(await api.countJobs()).toBe(first.status === 200 ? 3 : 2);
    });
  });

  async function lastJob(): Promise<string> {
    return (await api.db.row<{ id: string }>(`SELECT id FROM jobs WHERE client_id = 'acme'`)).id;
  }

  describe('that would begin a header of its own', () => {
    const INJECTED = 'x\r\nSet-Cookie: injected=1\r\n\r\n<script>';
    const carriesNothing = ({ headers }: request.Response) => {
      expect(headers).not.toHaveProperty('set-cookie');
      expect(Object.values(headers as Record<string, string>).join()).not.toMatch(/injected|[\r\n]/);
    };

    test.each([
      ['a session of the history', () => get('/api/v1/history', { sessionId: INJECTED })],
      ['a session to export', () => get('/api/v1/history/export', { sessionId: INJECTED })],
      ['a cursor', () => get('/api/v1/jobs', { cursor: INJECTED })],
      ['a path', () => get(`/api/v1/${encodeURIComponent(INJECTED)}`)],
      ['a job', () => get(`/api/v1/jobs/${encodeURIComponent(INJECTED)}`)],
    ])('when it is %s, then it is refused, and no header carries it', async (_, send) => {
      const response = await send();

      expect(response.status).toBeGreaterThanOrEqual(400);
      carriesNothing(response);
    });

    test('when it is a session or a file’s name that was imported, then no header carries it', async () => {
      const { id } = await insertJob(api.db, 'COMPLETE', {
        client_id: 'acme',
        session_id: INJECTED,
        file_name: INJECTED,
      });

      const answers = [await get(`/api/v1/jobs/${id}`), await get('/api/v1/jobs', { pageSize: '1' })];
      answers.push(await get(`/api/v1/jobs/${id}/results/html`, { download: '1' }));

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const { headers } of answers) expect(headers).not.toHaveProperty('set-cookie');
    });

    test('when a session’s name has characters that headers treat apart, then links and names hold them encoded', async () => {
      const sessionId = 'a"b>; rel="x", <https://evil.example/>;\\';
      for (let count = 0; count < 3; count += 1)
        await insertJob(api.db, 'FAILED', { client_id: 'acme', session_id: sessionId });
      const first = await get('/api/v1/history', { sessionId, pageSize: '1' }).expect(200);
      const cursor = first.body.nextCursor as string;

      const page = await get('/api/v1/history', { sessionId, pageSize: '1', cursor }).expect(200);
      const exported = await get('/api/v1/history/export', { sessionId }).expect(200);

      expect(page.headers['link']).toMatch(/^<[^<>"\s]+>; rel="next"$/);
      expect(exported.headers['content-disposition']).toMatch(
        /^attachment; filename="?history-[A-Za-z0-9._-]+\.ndjson"?$/,
      );
    });
  });
});

/** What a header can carry. */
function toLatin1(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '\xbc');
}
