import request from 'supertest';
import { startTestApi, type TestApi } from '../support/test-api.js';

/** Validation copied bodies by assignment: the field became the copy's prototype, and an unknown field passed. */
describe('a field named __proto__', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  const URL_JOB = '"sessionId":"s","inputType":"URL","inputUrl":"https://example.org/"';

  test.each([
    ['beside all others', `{${URL_JOB},"__proto__":{"x":1}}`],
    ['before all others', `{"__proto__":{"maxRetries":9},${URL_JOB}}`],
    ['twice', `{"__proto__":1,"__proto__":[],${URL_JOB}}`],
    ['with all others in it', `{"inputType":"URL","__proto__":{${URL_JOB}}}`],
  ])('when a JSON body has it %s, then it is refused like any unknown field', async (_, body) => {
    const response = await request(api.url).post('/api/v1/process').type('application/json').send(body).expect(400);

    expect(response.body.code).toBe('E802');
    expect(response.body.errors).toContainEqual(
      expect.objectContaining({ field: '__proto__', reason: 'is not allowed' }),
    );
    expect(await api.countJobs()).toBe(0);
  });

  test('when a form has it, then it is refused like any unknown field', async () => {
    const response = await request(api.url)
      .post('/api/v1/process')
      .field('sessionId', 's')
      .field('__proto__', 'x')
      .attach('file', Buffer.from('a,b\n'), 'a.csv')
      .expect(400);

    expect(response.body.errors).toEqual([{ field: '__proto__', reason: 'is not allowed' }]);
  });
});
