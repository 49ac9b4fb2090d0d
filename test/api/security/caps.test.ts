import request from 'supertest';
import { insertApiKey } from '../../support/api-keys.js';
import { openEventStream } from '../../support/event-stream.js';
import { insertJob } from '../../support/job-rows.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { until } from '../../support/until.js';

const URL_JOB = { sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/a.pdf' };

describe('what one client may hold', () => {
  let api: TestApi;
  let acme: string;
  let other: string;
  const start = async (options: Parameters<typeof startTestApi>[0]) => {
    api = await startTestApi({ auth: 'api-key', ...options });
    acme = await insertApiKey(api.db, 'acme');
    other = await insertApiKey(api.db, 'other');
  };
  afterEach(() => api.close());

  const openStream = async (key: string, client: string) => {
    const { id } = await insertJob(api.db, 'PENDING', { client_id: client });
    return openEventStream(api.port, id, { headers: { 'X-Api-Key': key } });
  };
  const held = async () => (await api.metrics.requestsHeld.get()).values[0]?.value;
  const submit = (key: string, idempotencyKey?: string, body: object = URL_JOB) => {
    const sent = request(api.url).post('/api/v1/process').set('X-Api-Key', key);
    return (idempotencyKey === undefined ? sent : sent.set('Idempotency-Key', idempotencyKey)).send(body);
  };

  test('when a client has as many event streams as it may, then one more is 429 E601, and others get theirs', async () => {
    await start({ maxEventStreamsPerClient: 2 });
    const first = await openStream(acme, 'acme');
    const second = await openStream(acme, 'acme');

    const refused = await openStream(acme, 'acme');

    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    await refused.receive(/"code":"E601"/);
    expect((await openStream(other, 'other')).status).toBe(200);
    first.close();
    await until(async () => (await api.metrics.eventStreams.get()).values[0]?.value === 2);
    expect((await openStream(acme, 'acme')).status).toBe(200);
    second.close();
  });

  test('when a client has as many requests waiting as it may, then one more is answered at once, and others wait', async () => {
    await start({ maxEventStreamsPerClient: 1, watchPollMs: 20 });
    const wait = async (key: string, client: string) => {
      const { id } = await insertJob(api.db, 'PENDING', { client_id: client });
      return request(api.url).get(`/api/v1/jobs/${id}`).set({ 'X-Api-Key': key, Prefer: 'wait=60' });
    };
    const waiting = [wait(acme, 'acme')];
    await until(async () => (await held()) === 1);

    const { status, headers } = await wait(acme, 'acme');

    expect([status, headers['preference-applied']]).toEqual([200, undefined]);
    waiting.push(wait(other, 'other'));
    await until(async () => (await held()) === 2);
    await api.db.rows(`UPDATE jobs SET status = 'CANCELLED'`);
    expect((await Promise.all(waiting)).map(({ body }) => body.status)).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('when as many jobs of a client wait as may, then one more is 429 E601, and other clients go on', async () => {
    await start({ maxQueuedJobs: 3 });
    await insertJob(api.db, 'RETRY_UPLOAD', { client_id: 'acme' });
    for (const status of ['UPLOADING', 'PROCESSING', 'COMPLETE', 'FAILED'] as const) {
      await insertJob(api.db, status, { client_id: 'acme' });
    }

    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await submit(acme)).status);
    const refused = await submit(acme);

    expect(statuses).toEqual([200, 200, 429]);
    expect(refused.body).toMatchObject({ code: 'E601', retryable: true });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await submit(other).expect(200);
    expect(await api.db.row(`SELECT count(*)::int FROM jobs WHERE status = 'PENDING' AND client_id = 'acme'`)).toEqual({
      count: 2,
    });
  });

  test('when the queue is full, then an upload is refused before its body is read, and leaves nothing', async () => {
    await start({ maxQueuedJobs: 1 });
    await insertJob(api.db, 'PENDING', { client_id: 'acme' });

    const refused = await request(api.url)
      .post('/api/v1/process')
      .set('X-Api-Key', acme)
      .field('sessionId', 's')
      .attach('file', Buffer.alloc(500_000, 'x'), 'a.txt');

    expect([refused.status, refused.body.code]).toEqual([429, 'E601']);
    expect(await api.storedFiles()).toEqual([]);
  });

  test('when the queue is full, then a request that was done before is answered, and a key that was refused is free', async () => {
    await start({ maxQueuedJobs: 1 });
    const { body } = await submit(acme, 'first').expect(200);

    const replayed = await submit(acme, 'first').expect(200);
    await submit(acme, 'second').expect(429);

    expect([replayed.body.jobId, replayed.headers['idempotency-replayed']]).toEqual([body.jobId, 'true']);
    expect(await api.db.rows('SELECT key FROM idempotency_keys')).toEqual([{ key: 'first' }]);
    // What was refused says so as long as the queue is full, and not that its twin was under way.
    await submit(acme, 'second').expect(429);
  });

  test('when the queue is full, then a job is not made again', async () => {
    await start({ maxQueuedJobs: 1 });
    await insertJob(api.db, 'PENDING', { client_id: 'acme' });
    const { id } = await insertJob(api.db, 'FAILED', { client_id: 'acme', input_path: '/tmp/a.pdf' });

    const { status, body } = await request(api.url).post(`/api/v1/jobs/${id}/retry`).set('X-Api-Key', acme);

    expect([status, body.code]).toEqual([429, 'E601']);
    expect(await api.countJobs()).toBe(2);
  });
});
