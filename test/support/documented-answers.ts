import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { buildApiDocument } from '../../src/api-document.js';
import { ERRORS, type ErrorCode } from '../../src/errors.js';

type Json = Readonly<Record<string, unknown>>;

/** What a caller got. */
export interface AnswerSeen {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: it was not sent to its end. */
  readonly body: string | undefined;
}

interface DocumentedResponse {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, Json>>;
}

/** HTTP's own, and those that every answer carries so that browsers do no more with it than read it. */
const NEED_NO_WORDS = new Set([
  'access-control-allow-origin',
  'access-control-expose-headers',
  'connection',
  'content-length',
  'content-security-policy',
  'content-type',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'date',
  'keep-alive',
  'origin-agent-cluster',
  'referrer-policy',
  'strict-transport-security',
  'transfer-encoding',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
]);
/** Where the document has no operation. */
const NOWHERE: ReadonlySet<string> = new Set<ErrorCode>(['E401', 'E402', 'E501', 'E502', 'E601', 'E802', 'E901']);

const document = buildApiDocument();
const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
ajv.addSchema(closed(document) as Json, 'api');
const validators = new Map<string, ValidateFunction>();

/** Paths with parameters; one without may look like one of them, and goes first. */
const PATHS = Object.keys(document.paths)
  .sort((one, other) => one.split('{').length - other.split('{').length)
  .map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
  }));

/** What the document does not say of an answer; nothing when all is well. */
export function faultsOf(seen: AnswerSeen): string[] {
  const about = `${seen.method} ${seen.path.slice(0, 200)} → ${seen.status} ${seen.body?.slice(0, 500) ?? ''}`;
  return [...judge(seen)].map((fault) => `${fault}: ${about}`);
}

function* judge(seen: AnswerSeen): Generator<string> {
  const operation = operationFor(seen.method, seen.path);
  if (!operation) {
    yield* judgeNowhere(seen);
    return;
  }
  const pointer = `${operation}/responses/${seen.status}`;
  const response = resolve<DocumentedResponse>(pointer);
  if (!response) {
    yield 'an undocumented status';
    return;
  }
  yield* judgeHeaders(seen, response.pointer, response.value.headers ?? {});
  yield* judgeBody(seen, response.pointer, response.value.content);
}

/** The document's pointer to the operation of a request; undefined: it has none. */
export function operationFor(method: string, path: string): string | undefined {
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const pathname = (path.startsWith('/') ? path : path.replace(/^\w+:\/\/[^/]*/, '')).split('?', 1)[0] ?? '';
  const found = PATHS.find(({ pattern }) => pattern.test(pathname))?.path;
  return found !== undefined && document.paths[found]?.[name] ? `#/paths/${escape(found)}/${name}` : undefined;
}

function* judgeNowhere({ method, status, headers, body }: AnswerSeen): Generator<string> {
  if (method === 'OPTIONS' && [200, 204].includes(status)) return;
  if (!headers['content-type']?.startsWith('application/problem+json')) yield 'an answer where nothing is documented';
  else if (method !== 'HEAD' && body !== undefined) {
    const problem = parse(body) as { code: string };
    if (!NOWHERE.has(problem.code)) yield `the code ${problem.code} where nothing is documented`;
    yield* violations('#/components/schemas/Problem', problem);
  }
}

function* judgeHeaders(
  { headers }: AnswerSeen,
  pointer: string,
  documented: NonNullable<DocumentedResponse['headers']>,
): Generator<string> {
  const byName = new Map(Object.keys(documented).map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(headers)) {
    const documentedName = byName.get(name);
    if (documentedName !== undefined) {
      const header = resolve<{ schema: { type?: string } }>(`${pointer}/headers/${documentedName}`)!;
      const typed = header.value.schema.type === 'integer' ? Number(value) : value;
      yield* violations(`${header.pointer}/schema`, typed, `${name} `);
    } else if (!NEED_NO_WORDS.has(name)) yield `an undocumented ${name}`;
  }
  for (const [name, documentedName] of byName) {
    const required = resolve<{ required?: boolean }>(`${pointer}/headers/${documentedName}`)?.value.required === true;
    if (required && !(name in headers)) yield `no ${name}`;
  }
}

function* judgeBody(
  { method, headers, body, status }: AnswerSeen,
  pointer: string,
  content: DocumentedResponse['content'],
) {
  const mediaType = headers['content-type']?.split(';', 1)[0];
  if (mediaType === undefined || !content) {
    if (mediaType !== undefined || content) yield `${mediaType ?? 'nothing'} instead of what is documented`;
    if (body) yield 'a body that is not documented';
    return;
  }
  const documented = content[mediaType];
  if (!documented) {
    yield `an undocumented ${mediaType}`;
    return;
  }
  if (method === 'HEAD') return;
  const place = `${pointer}/content/${escape(mediaType)}`;
  const item = 'x-item-schema' in documented ? `${place}/x-item-schema` : undefined;
  if (mediaType === 'text/event-stream') {
    for (const [, data] of (body ?? '').matchAll(/^data: (.*)$/gm)) yield* violations(item!, parse(data!));
  } else if (mediaType === 'application/x-ndjson') {
    for (const line of body?.split('\n').filter(Boolean) ?? []) yield* violations(item!, parse(line));
  } else if (/[/+]json$/.test(mediaType) && body !== undefined) {
    const value = parse(body);
    yield* violations(`${place}/schema`, value);
    if (mediaType === 'application/problem+json') yield* judgeProblem(value as Json, status);
  }
}

function* judgeProblem({ code, status, title }: Json, sent: number): Generator<string> {
  const known = ERRORS[code as ErrorCode] as {
    status: number;
    title: string;
    cases?: Record<string, { status: number; title: string }>;
  };
  const meant = [known, ...Object.values(known.cases ?? {})].filter((one) => one.title === title);
  if (status !== sent || !meant.some((one) => one.status === sent)) yield 'a problem that the registry does not know';
}

function* violations(pointer: string, value: unknown, prefix = ''): Generator<string> {
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `api${pointer}` });
  validators.set(pointer, validate);
  if (validate(value)) return;
  yield `${prefix}${ajv.errorsText(validate.errors, { dataVar: 'it' })}`;
}

/** What a pointer into the document leads to, through references. */
function resolve<T>(pointer: string): { readonly pointer: string; readonly value: T } | undefined {
  const value = pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((parent, key) => (parent as Json | undefined)?.[unescape(key)], document);
  if (value === undefined) return undefined;
  const { $ref } = value as { readonly $ref?: string };
  return $ref === undefined ? { pointer, value: value as T } : resolve<T>($ref);
}

/** Objects have the properties that are described, and no others: clients may get more one day, and are told of it then. */
function closed(value: unknown, isPart = false): unknown {
  if (Array.isArray(value)) return value.map((item) => closed(item, isPart));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, closed(member, key === 'allOf')]);
  const isOpen = 'properties' in value && 'type' in value && value.type === 'object' && !isPart;
  return { ...Object.fromEntries(members), ...(isOpen && { unevaluatedProperties: false }) } as unknown;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescape(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
