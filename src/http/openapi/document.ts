import { IMPLEMENTATION } from '../../conversion/package-info.js';
import { EVERY_ANSWER, LIMITED_ANSWER, REQUEST_HEADERS } from './headers.js';
import { propertiesOf } from './joi-schema.js';
import type { AnyOperation, Answer, Content, Refusal, Tag } from './operation.js';
import { problemResponses } from './problems.js';
import { hoist } from './hoist.js';
import type { Named } from './schema.js';

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI document, ready to be written. */
export interface ApiDocument {
  readonly openapi: string;
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly security: readonly Json[];
  readonly tags: readonly Json[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: Readonly<Record<string, Json>>;
}

const TAGS: Readonly<Record<Tag, string>> = {
  Jobs: 'A job is one document to be converted.',
  History: 'Lists of jobs.',
  Results: 'What a job yielded: Markdown, HTML and JSON.',
  Events: 'The life of a job as it happens.',
  Operation: 'For probes, monitoring and readers of this document.',
};

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key that `npm run keys -- create` made.' },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Api-Key',
    description: 'The same key, where Authorization is taken.',
  },
};

const DESCRIPTION = `Converts documents to Markdown, HTML and JSON, as jobs that survive whatever happens to the service.

Submit a document with \`POST /api/v1/process\`, follow the job with \`Prefer: wait=N\`, by its events or by asking again, and
fetch what it yielded.

- **Keys.** A service with \`AUTH=api-key\` asks for a key, as \`Authorization: Bearer\` or as \`X-Api-Key\`; one with
  \`AUTH=none\` does not. A client sees its own jobs and nothing of others.
- **Errors** are \`application/problem+json\` (RFC 9457) with a \`code\`; \`retryable\` says whether the same request may
  succeed later, and \`Retry-After\` when.
- **Strictness.** What is not described here is refused: unknown parameters of the query, unknown fields of a body.
- **HEAD** works wherever GET does, and answers without a body.
- **Pages in browsers.** With \`CORS_ORIGINS\`, pages of these origins may call the API; answers then carry the headers of
  CORS. Every answer forbids a browser to make anything else of it than data.
- **Times** are ISO 8601 in UTC. **Sizes** are bytes.`;

/** The OpenAPI 3.1 document of these operations, which are all that the service has. */
export function buildDocument(operations: readonly AnyOperation[]): ApiDocument {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return hoist({
    openapi: '3.1.1',
    info: {
      title: IMPLEMENTATION.name,
      version: IMPLEMENTATION.version,
      summary: 'Document processing jobs',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The service that serves this document' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes: SECURITY_SCHEMES },
  });
}

function describe(operation: AnyOperation): Json {
  const { id, tag, summary, description, open, body, answers, refusals = [] } = operation;
  const isOpen = open === true;
  const successes = Object.entries(answers).map(([status, answer]) => [status, toResponse(answer, isOpen)] as const);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isOpen && { security: [] }),
    parameters: parametersOf(operation),
    ...(body && { requestBody: { required: true, content: toContent(body) } }),
    responses: merge(Object.fromEntries(successes), problemResponses([...validation(operation), ...refusals], isOpen)),
  };
}

/** What validating its parameters may answer. */
function validation({ params, query }: AnyOperation): Refusal[] {
  return [...(params ? (['E501'] as const) : []), ...(query === 'ignored' ? [] : (['E801'] as const))];
}

function parametersOf({ params, query, headers = [] }: AnyOperation): (Json | Named)[] {
  const ofPath = params ? propertiesOf(params).map((property) => ({ ...property, in: 'path', required: true })) : [];
  const ofQuery = query && query !== 'ignored' ? propertiesOf(query).map((found) => ({ ...found, in: 'query' })) : [];
  const described = [...ofPath, ...ofQuery].map(({ schema: { description, examples, ...schema }, ...parameter }) => {
    // Of one that may be left out it stands in the schema: pages that try calls out would send it.
    const example = Array.isArray(examples) ? { example: examples[0] as unknown } : {};
    return {
      ...parameter,
      ...(description !== undefined && { description }),
      ...(parameter.required
        ? { schema, ...example }
        : { schema: { ...schema, ...(examples !== undefined && { examples }) } }),
    };
  });
  return [...described, ...headers, REQUEST_HEADERS.requestId];
}

function toResponse({ description, headers, content }: Answer, isOpen: boolean): Json {
  return {
    description,
    headers: { ...EVERY_ANSWER, ...(!isOpen && LIMITED_ANSWER), ...headers },
    ...(content && { content: toContent(content) }),
  };
}

function toContent(content: Readonly<Record<string, Content>>): Json {
  const described = Object.entries(content).map(([mediaType, { schema, examples, items }]) => [
    mediaType,
    {
      schema,
      ...(examples && {
        examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
      }),
      ...(items && { 'x-item-schema': items }),
    },
  ]);
  return Object.fromEntries(described) as Json;
}

function merge(successes: Json, problems: Json): Json {
  const shared = Object.keys(successes).find((status) => status in problems);
  if (shared !== undefined) throw new Error(`An operation answers ${shared} in two ways, of which one would be lost.`);
  return { ...successes, ...problems };
}
