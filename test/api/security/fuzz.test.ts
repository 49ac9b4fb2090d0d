import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import type { Joi } from 'celebrate';
import { eventsSchema } from '../../../src/events/event-routes.js';
import {
  exportSchema,
  historySchema,
  jobListSchema,
  referenceSchema,
  uploadSchema,
} from '../../../src/jobs/job-schemas.js';
import { JOB_STATUSES } from '../../../src/jobs/job-states.js';
import { listSchema, showSchema } from '../../../src/results/result-routes.js';
import { OPEN, ROUTES } from '../../support/api-routes.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const BATCHES = 255;
const BATCH = 20;
/** Some 15 s on a machine that has nothing else to do. */
const TIME_LIMIT_MS = 150_000;
/** Beyond it a request counts as hanging. */
const ANSWER_MS = 10_000;

interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What no answer may hold, and no request does: stacks, words of the database and of the driver, places on the server. */
const LEAK =
  /\n\s+at |node_modules|node:internal|[a-z]\.(js|ts):\d+|docling_(app|test|migration)|relation "|syntax error|violates|invalid input|invalid byte|pg_|ECONN|ENOENT|ENAMETOOLONG/;

describe('requests made of whatever comes', () => {
  let api: TestApi;
  let ids: string[];
  const agent = new Agent({ keepAlive: true, maxSockets: BATCH });
  beforeAll(async () => {
    api = await startTestApi({ maxFileBytes: 4_096 });
    // Jobs that have ended: nothing waits for them.
    const rows = await api.db.rows<{ id: string }>(
      `INSERT INTO jobs (client_id, id, session_id, input_type, input_url, status, completed_at)
       SELECT 'local', gen_random_uuid(), 'session', 'URL', 'https://example.org/', (ARRAY['COMPLETE', 'FAILED', 'CANCELLED'])[1 + n % 3]::job_status, now()
       FROM generate_series(1, 300) AS n RETURNING id`,
    );
    ids = rows.map(({ id }) => id);
  });
  afterAll(async () => {
    agent.destroy();
    await api.close();
  });

  test(`when thousands of them come (FUZZ_SEED=${SEED}), then each is answered, none by a failure, and no answer tells of the inside`, async () => {
    let answered = 0;
    const statuses = new Map<number, number>();
    const property = fc.asyncProperty(
      fc.array(fuzzedRequest(ids, api.inputDir), { minLength: BATCH, maxLength: BATCH }),
      async (requests) => {
        await Promise.all(
          requests.map(async (sent) => {
            const answer = await send(api.port, agent, sent);
            judge(sent, answer, api);
            answered += 1;
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          }),
        );
      },
    );

    await fc.assert(property, {
      seed: SEED,
      numRuns: BATCHES,
      interruptAfterTimeLimit: TIME_LIMIT_MS,
      markInterruptAsFailure: true,
    });

    expect(answered).toBeGreaterThanOrEqual(5_000);
    // Or it would only have knocked at the door.
    for (const status of [200, 204, 400, 404, 409, 413, 415]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(api.logLines().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  }, 180_000);
});

function judge(sent: FuzzedRequest, { status, headers, text }: Answer, { inputDir }: TestApi): void {
  const about = `${sent.method} ${sent.path} ${JSON.stringify(sent.headers)} ${sent.body.toString('latin1').slice(0, 2_000)}\n→ ${status} ${text.slice(0, 1_000)}`;
  const root = inputDir.slice(0, inputDir.lastIndexOf('/'));
  const expected = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}:\n${about}`);
  };
  expected(status < 500, 'a failure');
  expected(
    headers['x-content-type-options'] === 'nosniff' && headers['x-request-id'] !== undefined,
    'headers are missing',
  );
  expected(!JSON.stringify(headers).includes(root), 'a header tells a path');
  if (status < 400) return;
  expected(headers['content-type'] === 'application/problem+json', 'no problem document');
  expected(sent.method === 'HEAD' || (JSON.parse(text) as { status: unknown }).status === status, 'another status');
  expected(text.length < 32_000, 'a long answer');
  expected(!LEAK.test(text) && !text.includes(root) && !text.includes(process.cwd()), 'a leak');
}

async function send(port: number, agent: Agent, { method, path, headers, body }: FuzzedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error(`no answer to ${method} ${path}`)), ANSWER_MS);
    const request = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${method} ${path} ${JSON.stringify(headers)}: ${error.message}`, { cause: error }));
    });
    request.end(body);
  });
}

const POLLUTION = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__proto__.polluted',
  'constructor[prototype][polluted]',
];

const HOSTILE: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\r\n',
  'a\r\nX-Evil: 1',
  '\ud83d',
  'a\udc00b',
  '\uffff',
  '\u202e',
  '\u2028',
  '🙂'.repeat(300),
  '\u001b[2J',
  "' OR '1'='1",
  "'; DROP TABLE jobs; --",
  "\\'; --",
  '$1',
  '%s%n',
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '/etc/passwd',
  '/dev/zero',
  '/proc/self/environ',
  'C:\\x',
  '//x',
  'file:///etc/passwd',
  'http://127.0.0.1/',
  'http://[::1]/',
  'http://169.254.169.254/',
  'https://example.org/a.pdf',
  'javascript:alert(1)',
  'http://me:x@example.org/',
  'https://xn--a/',
  'https://%00/',
  '-1',
  '0',
  '1',
  '3',
  '100',
  '101',
  '1.5',
  '1e3',
  '1e309',
  'NaN',
  'Infinity',
  '0x10',
  '٣',
  '2147483648',
  '9007199254740993',
  '-0',
  '00',
  '+1',
  'true',
  'null',
  'undefined',
  '[]',
  '{}',
  'x'.repeat(256),
  'x'.repeat(3_000),
  'FILE',
  'URL',
  'session',
  'content',
  'ndjson',
  'csv',
  ...JOB_STATUSES,
  Buffer.from('[1,"x","2026-01-01 00:00:00+00","x"]').toString('base64url'),
  Buffer.from('{"__proto__":1}').toString('base64url'),
  'W10',
  ...POLLUTION,
];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      maxLength: 20,
    }),
  },
);
const anyJson = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 2,
    arbitrary: fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(0, 1, 3, -1, 1e300, 2 ** 31, 2 ** 53)),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], { polluted: 1 }) },
  { weight: 1, arbitrary: fc.array(text, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...POLLUTION, '$ne', '$gt'), text), text, { maxKeys: 3 }),
  },
);

/** Percent-encoded as bytes, for halves of characters too, or broken on purpose. */
const encoded = fc.oneof(
  { weight: 6, arbitrary: text.map((value) => Buffer.from(value).toString('hex').replace(/../g, '%$&')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '%',
      '%ZZ',
      '%c0%ae',
      '%ED%A0%80',
      '%00',
      '%2f..%2f',
      '%25',
      '%F0%9F',
      '+',
      '&',
      '=',
      ';',
      '#',
    ),
  },
);

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

const PARAMETERS = fieldsOf(historySchema, exportSchema, jobListSchema, listSchema, showSchema, eventsSchema);
const FIELDS = fieldsOf(referenceSchema, uploadSchema);

const queryName = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PARAMETERS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...PARAMETERS.flatMap((name) => [`${name}[]`, `${name}[0]`, `${name}[__proto__]`])),
  },
  { weight: 1, arbitrary: fc.constantFrom(...POLLUTION) },
  { weight: 1, arbitrary: encoded },
);
const query = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.tuple(queryName, encoded), { maxLength: 5 })
      .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`),
  },
);

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
function fuzzedRequest(ids: readonly string[], inputDir: string): fc.Arbitrary<FuzzedRequest> {
  const routes = [...ROUTES, ...OPEN.map((path) => ['get', path] as const)].map(
    ([method, path]) => [method.toUpperCase(), path.split('?')[0]!] as const,
  );
  const id = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: encoded });
  const target = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...routes) },
    { weight: 1, arbitrary: fc.constant(['POST', '/api/v1/process'] as const) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'OPTIONS', 'DELETE', 'TRACE', 'PROPFIND'),
        fc.constantFrom(...routes.map(([, path]) => path)),
      ),
    },
  );
  const path = fc.tuple(
    id,
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom('markdown', 'html', 'json') }, { weight: 1, arbitrary: encoded }),
  );
  const body = fc.oneof(noBody, jsonBody(inputDir), formBody);
  return fc
    .tuple(target, path, query, headers, body)
    .map(([[method, pattern], [jobId, format], queryText, given, { type, body: sent }]) => ({
      method,
      path: (pattern.replace(':id', jobId).replace('markdown', format) + queryText).replace(/#/g, '%23'),
      headers: { ...given, ...(type !== '' && { 'Content-Type': type }), 'Content-Length': String(sent.length) },
      body: sent,
    }));
}
