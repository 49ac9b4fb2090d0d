import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import request, { type Test } from 'supertest';
import { ERRORS, type ErrorCode, type ErrorDefinition } from '../../src/errors.js';
import type { ApiDocument } from '../../src/http/openapi/document.js';
import { referenceSchema } from '../../src/jobs/job-schemas.js';
import type { JobStatus } from '../../src/jobs/job-states.js';
import { faultsOf } from '../support/documented-answers.js';
import { insertJob, insertResults } from '../support/job-rows.js';
import { deepResolve, valueFor, type Schema } from '../support/schema-values.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly example?: unknown;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Record<string, { schema: Schema; examples: Record<string, { value: Record<string, unknown> }> }>;
  };
  readonly responses: Record<string, { content?: Record<string, { schema: { allOf?: { properties?: object }[] } }> }>;
}

/** A call that the document shows. */
interface Example {
  readonly name: string;
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  /** Beside what the operation needs. */
  readonly parameter?: Parameter & { readonly value: unknown };
  readonly body?: { readonly mediaType: string; readonly value: Record<string, unknown> };
}

const APP = 'https://app.example.org';
const JOB_ID = '0192d3f4-0000-7abc-8def-000000000001';
/** What a job has to be for the call to succeed. */
const STATUSES: Readonly<Record<string, JobStatus>> = { cancelJob: 'PENDING', retryJob: 'FAILED' };

let api: TestApi;
let document: ApiDocument;
beforeAll(async () => {
  api = await startTestApi({ corsOrigins: [APP] });
  document = (await request(api.url).get('/api/v1/openapi.json')).body as ApiDocument;
});
afterAll(() => api.close());

function operations(): { method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method,
      path,
      operation: deepResolve(document, operation) as Operation,
    })),
  );
}

describe('the OpenAPI document', () => {
  test('when the app has a route, then the document has it, and no other', () => {
    const documented = operations().map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`);

    expect(new Set(documented)).toEqual(new Set(api.routes()));
  });

  test('when it lists codes, then they are those of the registry, each beside its statuses', () => {
    const { schemas } = document.components as { schemas: Record<string, { enum: string[] }> };
    expect(schemas['ErrorCode']!.enum).toEqual(Object.keys(ERRORS));

    for (const { operation } of operations()) {
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
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);

    for (const { operation } of operations()) {
      expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) });
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '408', '431', '500']));
    }
  });

  test('when it has headers, then pages of other origins may send them and read them', async () => {
    const { parameters, headers } = document.components as { parameters: object; headers: object };
    const preflight = { Origin: APP, 'Access-Control-Request-Method': 'POST' };
    const allowed = await request(api.url).options('/api/v1/process').set(preflight).expect(204);
    const listed = (name: string) => (allowed.headers[name] as string).split(', ').sort();
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

describe('the examples', () => {
  test('when they are sent, then each is served, with a status that is documented, and each operation has one', async () => {
    const served = new Set<string>();
    for (const example of operations().flatMap(examplesOf)) {
      await api.db.rows('DELETE FROM jobs');
      const status = STATUSES[example.operation.operationId] ?? 'COMPLETE';
      await insertJob(api.db, status, {
        id: JOB_ID,
        session_id: 'invoices-2026',
        input_type: 'URL',
        input_path: null,
        input_url: 'https://example.org/report.pdf',
      });
      if (status === 'FAILED') await insertResults(api.db, JOB_ID, ['markdown']);

      const response = await send(example);

      expect([example.name, Object.keys(example.operation.responses)]).toEqual([
        example.name,
        expect.arrayContaining([String(response.status)]),
      ]);
      expect([example.name, response.status < 400]).toEqual([example.name, true]);
      served.add(example.operation.operationId);
    }

    expect(operations().filter(({ operation }) => !served.has(operation.operationId))).toEqual([]);
  });
});

/** Every example of a body, and of a parameter that may be left out; the bare call where there are none. */
function examplesOf({ method, path, operation }: { method: string; path: string; operation: Operation }): Example[] {
  const bodies = Object.entries(operation.requestBody?.content ?? {}).flatMap(([mediaType, { examples }]) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, body: { mediaType, value } })),
  );
  const calls = (bodies.length > 0 ? bodies : [{ name: 'bare' }]).map((call) => ({ ...call, method, path, operation }));
  const more = operation.parameters.flatMap((parameter) =>
    (parameter.schema.examples ?? []).map((value) => ({ ...calls[0]!, parameter: { ...parameter, value } })),
  );
  return [...calls, ...more].map((example) => ({ ...example, name: `${operation.operationId} ${example.name}` }));
}

function send({ method, path, operation, parameter, body }: Example): Test {
  const needed = operation.parameters.filter(({ example }) => example !== undefined);
  const values: (Parameter & { readonly value: unknown })[] = [
    ...needed.map(({ example, ...other }) => ({ ...other, value: example })),
    ...(parameter ? [parameter] : []),
  ];
  const of = (place: string) =>
    values.filter((given) => given.in === place).map(({ name, value }) => [name, String(value)]);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(Object.fromEntries(of('path'))[name]));
  const sent = request(api.url)
    [method as 'get' | 'post' | 'delete'](filled)
    .query(Object.fromEntries(of('query')));
  void sent.set(Object.fromEntries(of('header')));
  if (body?.mediaType !== 'multipart/form-data') {
    return body ? sent.send(JSON.parse(JSON.stringify(body.value).replace('/tmp', api.inputDir)) as object) : sent;
  }
  for (const [name, value] of Object.entries(body.value)) {
    if (name === 'file') void sent.attach(name, Buffer.from(String(value)), 'example.csv');
    else void sent.field(name, String(value));
  }
  return sent;
}

describe('the schemas of requests', () => {
  test('when a JSON body is judged by the document, then as the service judges it', () => {
    const { requestBody } = operations().find(({ operation }) => operation.operationId === 'submitJob')!.operation;
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

describe('the page', () => {
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

    await get('/docs/swagger-ui.css')
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(304);
  });
});

describe('an answer that is not documented', () => {
  const problem = {
    type: 'urn:docling-jobs:problem:E501',
    title: 'There is no such job or resource',
    status: 404,
    detail: 'There is no such job.',
    code: 'E501',
    retryable: false,
    requestId: 'r',
  };
  const answer = {
    method: 'GET',
    path: `/api/v1/jobs/${JOB_ID}`,
    status: 404,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': 'r', 'cache-control': 'no-store' },
    body: JSON.stringify(problem),
  };

  test('when nothing is wrong, then nothing is found', () => {
    expect(faultsOf(answer)).toEqual([]);
  });

  test.each([
    ['status', { status: 418 }, /an undocumented status/],
    ['header', { headers: { ...answer.headers, 'x-new': '1' } }, /an undocumented x-new/],
    ['header left out', { headers: { 'content-type': 'application/problem+json' } }, /no x-request-id/],
    ['header’s value', { headers: { ...answer.headers, 'x-request-id': 'a b' } }, /x-request-id it must match pattern/],
    ['field', { body: JSON.stringify({ ...problem, more: 1 }) }, /must NOT have unevaluated properties/],
    [
      'field left out',
      { body: JSON.stringify({ ...problem, detail: undefined }) },
      /must have required property 'detail'/,
    ],
    ['code', { body: JSON.stringify({ ...problem, code: 'E601' }) }, /it\/code must be equal to one of/],
    ['media type', { headers: { ...answer.headers, 'content-type': 'text/html' } }, /an undocumented text\/html/],
    ['place', { path: '/api/v1/nothing', status: 200, headers: {}, body: '' }, /nothing is documented/],
  ])('when it is a %s, then it is found', (_, change, fault) => {
    expect(faultsOf({ ...answer, ...change }).join('\n')).toMatch(fault);
  });
});
