/** @direct about requests that never get as far as the database */
import { execFileSync } from 'node:child_process';
import request from 'supertest';
import { insertJob } from '../../support/job-rows.js';
import { connectRaw, type RawConnection } from '../../support/raw-http.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const CONNECTIONS = 1_000;
const LIMITS = { headersMs: 2_000, requestMs: 4_000, checkMs: 100 };
/** Between two bytes of a connection: far below what counts as idle. */
const DRIBBLE_MS = 250;
/** Then something is wrong. */
const PATIENCE_MS = 50_000;

/** What a slow client begins with, and goes on with for ever. */
const KINDS: readonly (readonly [start: string, more: string])[] = [
  ['', ''],
  ['GET /api/v1/jobs HTTP/1.1\r\nHost: x\r\nX-A: ', 'a'],
  ['GET /api/v1/jobs HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'],
  ['POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n', ' '],
  [
    'POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: 60000\r\n\r\n' +
      '--a\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n',
    'x',
  ],
];

describe('connections that are slow on purpose', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ limits: LIMITS });
  });
  afterAll(() => api.close());

  /** Both ends of each connection are in this process. */
  const affordable = () => {
    const files = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
    return files === 'unlimited' ? CONNECTIONS : Math.min(CONNECTIONS, Math.floor((Number(files) - 500) / 2));
  };

  test('when there are 1,000 of them, then others are served meanwhile, and all are cut off by the time limits', async () => {
    const count = affordable();
    expect(count).toBeGreaterThan(100);
    const slow: (RawConnection & { readonly more: string })[] = [];
    const dribble = setInterval(() => {
      for (const { socket, more } of slow) if (socket.writable && more !== '') socket.write(more);
    }, DRIBBLE_MS);
    const answers: Promise<string>[] = [];
    for (let index = 0; index < count; index += 1) {
      const [start, more] = KINDS[index % KINDS.length]!;
      const connection = await connectRaw(api.port);
      await connection.send(start);
      slow.push({ ...connection, more });
      answers.push(connection.untilClosed());
    }
    const patience = AbortSignal.timeout(PATIENCE_MS);
    let cutOff = false;
    const allCutOff = Promise.all(answers).finally(() => (cutOff = true));

    const statuses = [];
    while (!cutOff && !patience.aborted) statuses.push((await request(api.url).get('/api/v1/jobs')).status);
    clearInterval(dribble);

    expect(statuses.length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const outcomes = (await allCutOff).map((answer) => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none');
    expect(outcomes.filter((outcome) => outcome === '408')).toHaveLength(count);
    expect((await allCutOff)[0]).toMatch(/"code":"E802".*"retryable":true/);
    expect(await api.countJobs()).toBe(0);
    expect(await api.storedFiles()).toEqual([]);
  }, 60_000);
});

describe('connections on which nothing moves', () => {
  let api: TestApi;
  afterEach(() => api.close());

  test('when an answer is waited for beyond the limit, then the connection is closed', async () => {
    api = await startTestApi({ limits: { idleMs: 200 } });
    const { id } = await insertJob(api.db, 'PENDING');
    const connection = await connectRaw(api.port);
    await connection.send(`GET /api/v1/jobs/${id} HTTP/1.1\r\nHost: x\r\nPrefer: wait=60\r\n\r\n`);

    expect(await connection.untilClosed()).toBe('');
  });

  test('when headers take longer than they may, then 408, long before a whole request would', async () => {
    api = await startTestApi({ limits: { headersMs: 200, checkMs: 50 } });
    const connection = await connectRaw(api.port);
    await connection.send('GET /api/v1/jobs HTTP/1.1\r\n');

    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('when a client may send another request, then it is told for how long', async () => {
    api = await startTestApi();

    const { headers } = await request(api.url).get('/api/v1/jobs').set('Connection', 'keep-alive');

    expect(headers['keep-alive']).toBe('timeout=75');
  });
});
