import fc from 'fast-check';
import type { ApiDocument } from '../../src/http/openapi/document.js';
import { operationsOf, type Operation, type Parameter } from './document-operations.js';
import { fuzzedBody, type Body } from './fuzzed-bodies.js';
import { encoded, POLLUTION, text } from './hostile-values.js';
import { textFor, valueFor } from './schema-values.js';

export interface FuzzedRequest {
  /** Of the operation that the request is made from. */
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

export interface FuzzedWorld {
  /** As the service gave it out. */
  readonly document: ApiDocument;
  /** Of jobs that there are. */
  readonly ids: readonly string[];
  /** A folder that a path may lead into. */
  readonly inputDir: string;
}

/** Beside those of the document: what HTTP, proxies and other services know. */
const OTHER_HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Authorization',
  'Content-Encoding',
  'Cookie',
  'Expect',
  'If-Match',
  'Origin',
  'Range',
  'User-Agent',
  'X-Api-Key',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-HTTP-Method-Override',
  'X-Original-URL',
  '__proto__',
  'constructor',
];

/** None that a request would be held for: there is no worker that ends a job. */
const preference = fc.oneof(
  text,
  fc.constantFrom('wait=0', 'wait=-1', 'wait="0"; x="y,z"', 'respond-async, wait=0', 'wait=1e3', 'wait=', '"wait=9'),
);

/** Calls of every operation of the document with every part of them right, nearly right, or anything at all. */
export function fuzzedRequest(world: FuzzedWorld): fc.Arbitrary<FuzzedRequest> {
  const operations = operationsOf(world.document);
  const queryNames = [
    ...new Set(operations.flatMap(({ parameters }) => parameters.filter(isIn('query')).map(({ name }) => name))),
  ];
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: inputsOf(operation),
      arbitrary: requestOf(operation, queryNames, world),
    })),
  );
}

/** The more there is to get wrong, the more often it is called. */
function inputsOf({ parameters, requestBody }: Operation): number {
  const schemas = Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => schema.oneOf ?? [schema]);
  const fields = schemas.flatMap(({ properties }) => Object.keys(properties ?? {}));
  return 1 + parameters.length + 3 * fields.length;
}

function requestOf(
  { method, path, operationId, parameters, requestBody }: Operation,
  queryNames: readonly string[],
  world: FuzzedWorld,
): fc.Arbitrary<FuzzedRequest> {
  return fc
    .record({
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(method.toUpperCase()) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'OPTIONS', 'DELETE', 'TRACE', 'PROPFIND'),
        },
      ),
      path: pathOf(path, parameters.filter(isIn('path')), world.ids),
      query: queryOf(parameters.filter(isIn('query')), queryNames),
      headers: headersOf(parameters.filter(isIn('header'))),
      body: fuzzedBody(requestBody?.content, world.inputDir),
    })
    .map(({ body, query, headers, ...request }) => ({
      operationId,
      method: request.method,
      path: (request.path + query).replace(/#/g, '%23'),
      headers: { ...headers, ...bodyHeaders(body) },
      body: body.body,
    }));
}

function pathOf(pattern: string, parameters: readonly Parameter[], ids: readonly string[]): fc.Arbitrary<string> {
  const values = parameters.map(({ name, schema }) =>
    fc.oneof(
      { weight: 4, arbitrary: name === 'id' ? fc.constantFrom(...ids) : valueFor(schema).map(encode) },
      { weight: 1, arbitrary: encoded },
    ),
  );
  return fc
    .tuple(...values)
    .map((chosen) =>
      chosen.reduce((path, value, index) => path.replace(`{${parameters[index]!.name}}`, value), pattern),
    );
}

/** What the operation takes, and mostly what it needs, or it would only be refused for that. */
function queryOf(parameters: readonly Parameter[], others: readonly string[]): fc.Arbitrary<string> {
  const own = parameters.map((parameter) => {
    const { name, required, example, schema } = parameter;
    const value = fc.oneof(
      ...(example === undefined ? [] : [{ weight: 3, arbitrary: fc.constant(encode(example)) }]),
      { weight: 3, arbitrary: valueFor(schema).map(encode) },
      { weight: 1, arbitrary: encoded },
    );
    const given = value.map((chosen) => [`${name}=${chosen}`]);
    return fc.oneof(
      { weight: required ? 12 : 2, arbitrary: given },
      { weight: required ? 1 : 5, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.tuple(given, given).map((twice) => twice.flat()) },
    );
  });
  const strange = fc
    .tuple(
      fc.oneof(
        fc.constantFrom(...others.flatMap((name) => [name, `${name}[]`, `${name}[__proto__]`])),
        fc.constantFrom(...POLLUTION),
        encoded,
      ),
      encoded,
    )
    .map((pair) => [pair.join('=')]);
  const more = fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: strange });
  return fc
    .tuple(...own, more)
    .map((pairs) => pairs.flat().join('&'))
    .map((query) => (query === '' ? '' : `?${query}`));
}

/** Values for a header: what the document says, and what it does not; only such characters as a client can send. */
function headersOf(parameters: readonly Parameter[]): fc.Arbitrary<Record<string, string | string[]>> {
  const known = parameters.map(({ name, schema }) =>
    fc.tuple(fc.constant(name), oneOrMore(name === 'Prefer' ? preference : textFor(schema))),
  );
  const other = fc.tuple(
    fc.constantFrom(...OTHER_HEADERS),
    oneOrMore(
      fc.oneof(
        { weight: 2, arbitrary: text },
        {
          weight: 1,
          arbitrary: fc.constantFrom('bytes=0-', 'bytes=9-1,2-3', '*', 'gzip', 'Bearer x', 'x'.repeat(2_000)),
        },
      ),
    ),
  );
  const any = fc.oneof({ weight: 3, arbitrary: fc.oneof(...known) }, { weight: 2, arbitrary: other });
  return (
    fc
      .array(any, { maxLength: 3 })
      // Not what the client's own HTTP answers to: it would wait for a 100 that need not come.
      .map((pairs) =>
        Object.fromEntries(pairs.filter(([name, value]) => name !== 'Expect' || value !== '100-continue')),
      )
  );
}

function oneOrMore(values: fc.Arbitrary<string>): fc.Arbitrary<string | string[]> {
  const value = values.map((given) => given.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?'));
  return fc.oneof(
    { weight: 6, arbitrary: value },
    { weight: 1, arbitrary: fc.array(value, { minLength: 2, maxLength: 3 }) },
  );
}

function bodyHeaders({ type, body }: Body): Record<string, string> {
  return { ...(type !== '' && { 'Content-Type': type }), 'Content-Length': String(body.length) };
}

function isIn(place: Parameter['in']): (parameter: Parameter) => boolean {
  return (parameter) => parameter.in === place;
}

/** By its bytes, for halves of characters too. */
function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
    .toString('hex')
    .replace(/../g, '%$&');
}
