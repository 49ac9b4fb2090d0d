import fc from 'fast-check';
import type { Joi } from 'celebrate';
import { eventsSchema } from '../../src/events/last-event-id.js';
import {
  exportSchema,
  historySchema,
  jobListSchema,
  referenceSchema,
  uploadSchema,
} from '../../src/jobs/job-schemas.js';
import { listSchema, showSchema } from '../../src/results/result-schemas.js';
import { OPEN, ROUTES } from './api-routes.js';
import { anyJson, encoded, POLLUTION, text } from './hostile-values.js';

export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

/** The names of all fields that a schema knows, at whatever depth it describes them. */
function fieldsOf(...schemas: readonly Joi.Schema[]): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (name === 'keys' && !Array.isArray(member))
        for (const field of Object.keys(member as object)) found.add(field);
      visit(member);
    }
  };
  for (const schema of schemas) visit(schema.describe());
  return [...found];
}

/** What the routes take as query. */
const QUERIES: Readonly<Record<string, Joi.Schema>> = {
  '/api/v1/history': historySchema,
  '/api/v1/history/export': exportSchema,
  '/api/v1/jobs': jobListSchema,
  '/api/v1/jobs/:id/results': listSchema,
  '/api/v1/jobs/:id/results/markdown': showSchema,
  '/api/v1/jobs/:id/events': eventsSchema,
  '/api/v1/process/:id/events': eventsSchema,
};
const PARAMETERS = fieldsOf(...Object.values(QUERIES));
const FIELDS = fieldsOf(referenceSchema, uploadSchema);

const parameter = (names: readonly string[]) =>
  fc.tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.constantFrom(...names.flatMap((name) => [`${name}[]`, `${name}[__proto__]`])) },
      { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...POLLUTION), encoded) },
    ),
    fc.oneof(encoded, fc.constantFrom('1', '2', 'FAILED', 'csv', 'content', 'session')),
  );

/** Mostly what the route takes, and what it needs, or it would only be refused for that. */
function queryOf(path: string): fc.Arbitrary<string> {
  const schema = QUERIES[path];
  const own = schema ? fieldsOf(schema) : [];
  const needed = own.includes('sessionId')
    ? fc.oneof(fc.constant('session'), encoded).map((value) => [['sessionId', value]])
    : fc.constant([]);
  const more = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.array(parameter(own.length > 0 ? own : PARAMETERS), { maxLength: own.length > 0 ? 2 : 0 }),
    },
    { weight: 1, arbitrary: fc.array(parameter(PARAMETERS), { maxLength: 4 }) },
  );
  return fc
    .tuple(needed, more)
    .map(([first, others]) => [...first, ...others].map((pair) => pair.join('=')).join('&'))
    .map((text) => (text === '' ? '' : `?${text}`));
}

const HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Authorization',
  'Content-Encoding',
  'Cookie',
  'Expect',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'Last-Event-ID',
  'Origin',
  'Prefer',
  'Range',
  'Referer',
  'User-Agent',
  'X-Api-Key',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-HTTP-Method-Override',
  'X-Original-URL',
  'X-Request-Id',
  '__proto__',
  'constructor',
];
const headerValue = fc.oneof(
  { weight: 4, arbitrary: text.map((value) => value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'wait=0',
      'wait=-1',
      'bytes=0-',
      'bytes=9-1,2-3',
      '*',
      'W/"x"',
      'gzip',
      'x'.repeat(2_000),
      'Bearer x',
    ),
  },
);
const headers = fc
  .array(
    fc.tuple(
      fc.constantFrom(...HEADERS),
      fc.oneof(
        { weight: 5, arbitrary: headerValue },
        { weight: 1, arbitrary: fc.array(headerValue, { minLength: 2, maxLength: 3 }) },
      ),
    ),
    { maxLength: 4 },
  )
  // Not what the client's own HTTP answers to: it would wait for a 100 that need not come.
  .map((pairs) => Object.fromEntries(pairs.filter(([name, value]) => name !== 'Expect' || value !== '100-continue')));

interface Body {
  readonly type: string;
  readonly body: Buffer;
}

const noBody: fc.Arbitrary<Body> = fc.constant({ type: '', body: Buffer.alloc(0) });

function jsonBody(inputDir: string): fc.Arbitrary<Body> {
  const sane: Record<string, fc.Arbitrary<unknown>> = {
    sessionId: fc.constant('session'),
    inputType: fc.constantFrom('URL', 'FILE'),
    inputUrl: fc.constant('https://example.org/a.pdf'),
    filePath: fc
      .constantFrom('a.pdf', '../x', 'a/../../b', 'x'.repeat(300), '', '.')
      .map((name) => `${inputDir}/${name}`),
    fileName: fc.constant('a.pdf'),
    maxRetries: fc.nat(25),
    timeoutMs: fc.nat(1_000),
  };
  const field = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .constantFrom(...FIELDS)
        .chain((name) => fc.tuple(fc.constant(name), fc.oneof(sane[name] ?? anyJson, anyJson))),
    },
    { weight: 1, arbitrary: fc.tuple(fc.oneof(fc.constantFrom(...POLLUTION), text), anyJson) },
  );
  const base = fc.constantFrom<[string, unknown][]>(
    [],
    [
      ['sessionId', 's'],
      ['inputType', 'URL'],
      ['inputUrl', 'https://example.org/'],
    ],
    [
      ['sessionId', 's'],
      ['inputType', 'FILE'],
      ['filePath', `${inputDir}/a.pdf`],
    ],
  );
  // By hand: a field may come twice, and `__proto__` is one like any other.
  const object = fc
    .tuple(base, fc.array(field, { maxLength: 3 }))
    .map(
      ([known, more]) =>
        `{${[...known, ...more].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
    );
  const broken = fc.oneof(
    object.map((json) => json.slice(0, -1)),
    fc.constantFrom(
      '[',
      '"',
      'nul',
      '[1,]',
      '{"a":}',
      '\ufeff{}',
      '[]',
      'null',
      '"x"',
      '1',
      '['.repeat(20_000),
      '{"a":'.repeat(9_000),
      'x'.repeat(70_000),
    ),
    fc
      .array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 1 })
      .map(([count = 0]) => `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join(',')}}`),
    text,
  );
  const types = [
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/json; charset=utf-16',
    'application/json;',
    'text/json',
  ];
  return fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: object }, { weight: 1, arbitrary: broken }),
      fc.oneof({ weight: 6, arbitrary: fc.constant(types[0]!) }, { weight: 1, arbitrary: fc.constantFrom(...types) }),
    )
    .map(([body, type]) => ({ type, body: Buffer.from(body) }));
}

const formField = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...FIELDS, 'file') },
      { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...POLLUTION), text) },
    ),
    text,
  )
  .map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`);
const formFile = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: fc.constant('file') }, { weight: 1, arbitrary: text }),
    fc.oneof(fc.constantFrom('a.csv', 'a.md', 'a.pdf'), text),
    text,
  )
  .map(
    ([name, file, content]) =>
      `Content-Disposition: form-data; name="${name}"; filename="${file}"\r\nContent-Type: text/plain\r\n\r\n${content}`,
  );
const SANE_PARTS = [
  'Content-Disposition: form-data; name="sessionId"\r\n\r\ns',
  'Content-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2\n',
];
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...SANE_PARTS) },
  { weight: 2, arbitrary: formField },
  { weight: 2, arbitrary: formFile },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '\r\n',
      'X: y\r\n\r\n',
      'Content-Disposition\r\n\r\nx',
      `X: ${'y'.repeat(9_000)}\r\n\r\n`,
      `${SANE_PARTS[1]}${'x'.repeat(5_000)}`,
    ),
  },
);
const formBody: fc.Arbitrary<Body> = fc
  .tuple(
    fc.boolean(),
    fc.array(part, { maxLength: 4 }),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant('--b--\r\n') },
      { weight: 1, arbitrary: fc.constantFrom('', '--b', '--c--', '\r\n--b--') },
    ),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant('multipart/form-data; boundary=b') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'multipart/form-data',
          'multipart/form-data; boundary=',
          'multipart/form-data; boundary="b"',
          'multipart/form-data; boundary=c',
          'multipart/mixed; boundary=b',
        ),
      },
    ),
  )
  .map(([sane, parts, end, type]) => ({
    type,
    body: Buffer.from([...(sane ? SANE_PARTS : []), ...parts].map((content) => `--b\r\n${content}\r\n`).join('') + end),
  }));

/** A call of a route with its parts changed, or something else altogether. */
export function fuzzedRequest(ids: readonly string[], inputDir: string): fc.Arbitrary<FuzzedRequest> {
  const routes = [...ROUTES, ...OPEN.map((path) => ['get', path] as const)].map(
    ([method, path]) => [method.toUpperCase(), path.split('?')[0]!] as const,
  );
  const id = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: encoded });
  const withQuery = ([method, path]: readonly [string, string]) =>
    fc.tuple(fc.constant(method), fc.constant(path), queryOf(path));
  const methods = fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'OPTIONS', 'DELETE', 'TRACE', 'PROPFIND');
  const target = fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...routes.map(withQuery)) },
    { weight: 2, arbitrary: withQuery(['POST', '/api/v1/process']) },
    { weight: 1, arbitrary: fc.tuple(methods, fc.constantFrom(...routes.map(([, path]) => path)), fc.constant('')) },
  );
  const path = fc.tuple(
    id,
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom('markdown', 'html', 'json') }, { weight: 1, arbitrary: encoded }),
  );
  const body = fc.oneof(noBody, jsonBody(inputDir), formBody);
  return fc
    .tuple(target, path, headers, body)
    .map(([[method, pattern, query], [jobId, format], given, { type, body: sent }]) => ({
      method,
      path: (pattern.replace(':id', jobId).replace('markdown', format) + query).replace(/#/g, '%23'),
      headers: { ...given, ...(type !== '' && { 'Content-Type': type }), 'Content-Length': String(sent.length) },
      body: sent,
    }));
}
