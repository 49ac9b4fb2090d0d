import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import request from 'supertest';
import { ERRORS, type ErrorCode, type ErrorDefinition } from '../../src/errors.js';
import type { ApiDocument } from '../../src/http/openapi/document.js';
import { referenceSchema } from '../../src/jobs/job-schemas.js';
import { operationsOf } from '../support/document-operations.js';
import { valueFor, type Schema } from '../support/schema-values.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const APP = 'https://app.example.org';

let api: TestApi;
let document: ApiDocument;
beforeAll(async () => {
  api = await startTestApi({ corsOrigins: [APP] });
  document = (await request(api.url).get('/api/v1/openapi.json')).body as ApiDocument;
});
afterAll(() => api.close());

describe('the OpenAPI document', () => {
  test('when the app has a route, then the document has it, and no other', () => {
    const documented = operationsOf(document).map(
      ({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    );

    expect(new Set(documented)).toEqual(new Set(api.routes()));
  });

  test('when it lists codes, then they are those of the registry, each beside its statuses', () => {
    const { schemas } = document.components as { schemas: Record<string, { enum: string[] }> };
    expect(schemas['ErrorCode']!.enum).toEqual(Object.keys(ERRORS));

    for (const operation of operationsOf(document)) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const codes = content?.['application/problem+json']?.schema.allOf?.[1]?.properties as {
          code: { enum: ErrorCode[] };
        };
        for (const code of codes?.code.enum ?? []) {
          const { cases = {}, ...plain }: ErrorDefinition = ERRORS[code];
          expect([plain, ...Object.values(cases)].map((answer) => String(answer.status))).toContain(status);
        }
      }
    }
  });

  test('when it is read, then it is OpenAPI 3.1 throughout', () => {
    const text = JSON.stringify(document);

    expect(document.openapi).toBe('3.1.1');
    expect(text).not.toMatch(/"nullable":|"exclusiveM(in|ax)imum":(true|false)|"\$schema":|"\$defs":/);
  });

  test('when an operation is there, then it has a name, words, and an answer to a failure', () => {
    const ids = operationsOf(document).map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);

    for (const operation of operationsOf(document)) {
      expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) });
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '408', '431', '500']));
    }
  });

  test('when it has headers, then pages of other origins may send them and read them', async () => {
    const { parameters, headers } = document.components as { parameters: object; headers: object };
    const preflight = { Origin: APP, 'Access-Control-Request-Method': 'POST' };
    const allowed = await request(api.url).options('/api/v1/process').set(preflight).expect(204);
    const listed = (name: string) => (allowed.headers[name] as string).split(/, */).sort();
    // Those that every page may read, and those that only browsers and proxies act on.
    const ofBrowsers = [
      'Cache-Control',
      'Content-Length',
      'Last-Modified',
      'Content-Security-Policy',
      'Vary',
      'X-Accel-Buffering',
    ];

    expect(listed('access-control-allow-headers')).toEqual(
      [...Object.keys(parameters), 'Authorization', 'Content-Type', 'X-Api-Key'].sort(),
    );
    expect(listed('access-control-expose-headers')).toEqual(
      Object.keys(headers)
        .filter((name) => !ofBrowsers.includes(name))
        .sort(),
    );
  });

  test('when it is asked for again, then the client’s copy is still good', async () => {
    const first = await request(api.url).get('/api/v1/openapi.json').expect(200);
    const { etag = '', 'cache-control': caching } = first.headers as Record<string, string>;

    expect(first.headers['content-type']).toBe('application/json');
    expect(caching).toBe('public, no-cache');
    await request(api.url).get('/api/v1/openapi.json').set('If-None-Match', etag).expect(304);
    await request(api.url).get('/api/v1/openapi.json').set('If-None-Match', '"other"').expect(200);
    expect((await request(api.url).head('/api/v1/openapi.json')).headers['content-length']).toBe(
      first.headers['content-length'],
    );
  });
});

describe('the schemas of requests', () => {
  test('when a JSON body is judged by the document, then as the service judges it', () => {
    const { requestBody } = operationsOf(document).find(({ operationId }) => operationId === 'submitJob')!;
    const { schema } = requestBody!.content['application/json']!;
    const judge = new Ajv2020({ strict: false }).compile(schema);
    const bodies = fc.oneof(...(schema.oneOf ?? []).map(objectFor));

    fc.assert(
      fc.property(bodies, (value) => {
        const { error } = referenceSchema.validate(value, { convert: false });
        expect([value, judge(value)]).toEqual([value, error === undefined]);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Objects with the schema's properties, mostly those that they need. */
function objectFor({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const members = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueFor(schema)]));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(members, { requiredKeys: [...required] }) },
    { weight: 1, arbitrary: fc.record({ ...members, other: fc.constant(1) }, { requiredKeys: [] }) },
  );
}
