import request from 'supertest';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('the page of the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  const get = (path: string) => request(api.url).get(`/api/v1${path}`);

  test('when it is opened, then all that it loads comes from here, and nothing else may', async () => {
    const { headers, text } = await get('/docs').expect(200);

    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';" +
        "base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(text).not.toMatch(/https?:|<script>|style=/);
    const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(loaded).toHaveLength(6);
    for (const path of loaded) await get(`/${path}`).expect(200);
  });

  test('when it is opened with a slash at its end, then the browser is led to where its links work', async () => {
    const { headers } = await get('/docs/').expect(308);

    expect(new URL(headers['location'] ?? '', `${api.url}/api/v1/docs/`).pathname).toBe('/api/v1/docs');
  });

  test('when it starts, then it shows this document, and sends it to no validator', async () => {
    const { text } = await get('/docs/page.js').expect(200);

    expect(text).toContain('"url":"openapi.json"');
    expect(text).toContain('"validatorUrl":null');
  });

  test.each(['package.json', 'index.html', '..%2fpackage.json', 'swagger-ui.css.map', '%00'])(
    'when %s is asked for, then it is not there',
    async (name) => {
      const { body } = await get(`/docs/${name}`).expect(404);

      expect(body).toMatchObject({ code: 'E501' });
    },
  );

  test('when an asset is asked for again, then the client’s copy is still good', async () => {
    const { headers } = await get('/docs/swagger-ui.css').expect(200);

    const again = await get('/docs/swagger-ui.css').set('If-None-Match', headers['etag'] ?? '');
    expect(again.status).toBe(304);
  });
});
