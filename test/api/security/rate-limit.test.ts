import request from 'supertest';
import { insertApiKey } from '../../support/api-keys.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const LIMIT = { max: 3, windowMs: 60_000 };

describe('the limit of requests', () => {
  let api: TestApi;
  afterEach(() => api.close());

  const get = (key?: string) => {
    const sent = request(api.url).get('/api/v1/jobs');
    return key === undefined ? sent : sent.set('X-Api-Key', key);
  };

  test('when a client has used its requests up, then 429 E601 with Retry-After, and other clients go on', async () => {
    api = await startTestApi({ auth: 'api-key', rateLimit: LIMIT });
    const keys = [await insertApiKey(api.db, 'acme'), await insertApiKey(api.db, 'acme')];
    const other = await insertApiKey(api.db, 'other');

    const answers = [];
    for (let index = 0; index < 4; index += 1) answers.push(await get(keys[index % 2]));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[0]!.headers['ratelimit-policy']).toMatch(/^"requests"; ?q=3; ?w=60/);
    expect(answers[0]!.headers['ratelimit']).toMatch(/^"requests"; ?r=2; ?t=\d+/);
    expect(answers[3]!.body).toMatchObject({ code: 'E601', retryable: true });
    expect(Number(answers[3]!.headers['retry-after'])).toBeGreaterThan(0);
    await get(other).expect(200);
  });

  test('when callers without a key try again and again, then 429 in the end, and who has a key goes on', async () => {
    api = await startTestApi({ auth: 'api-key', rateLimit: LIMIT });
    const key = await insertApiKey(api.db, 'acme');

    const statuses = [];
    for (let index = 0; index < 5; index += 1) statuses.push((await get(`dj_${String(index).repeat(43)}`)).status);

    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    await get(key).expect(200);
  });

  test('when callers are not asked for keys, then each address has its own count, and probes have none', async () => {
    api = await startTestApi({ rateLimit: LIMIT });

    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await get()).status);

    expect(statuses).toEqual([200, 200, 200, 429]);
    for (let index = 0; index < 4; index += 1) await request(api.url).get('/api/v1/health/ready').expect(200);
  });

  test('when X-Forwarded-For comes from anyone, then it is not believed', async () => {
    api = await startTestApi({ rateLimit: LIMIT });

    const statuses = [];
    for (let index = 0; index < 4; index += 1) {
      statuses.push((await get().set('X-Forwarded-For', `192.0.2.${index}`)).status);
    }

    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('when there is a proxy that is trusted, then the address that it names counts', async () => {
    api = await startTestApi({ rateLimit: LIMIT, trustProxy: ['loopback'] });

    const statuses = [];
    for (let index = 0; index < 4; index += 1) {
      statuses.push((await get().set('X-Forwarded-For', `192.0.2.${index}`)).status);
    }

    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  test('when there is no limit, then answers speak of none', async () => {
    api = await startTestApi();

    const { headers } = await get().expect(200);

    expect(headers).not.toHaveProperty('ratelimit');
  });
});
