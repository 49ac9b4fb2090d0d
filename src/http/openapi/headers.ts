import { Named, type Schema } from './schema.js';

const header = (name: string, description: string, schema: Schema, more: object = {}) =>
  new Named('headers', name, { description, schema, ...more });

const requestHeader = (name: string, description: string, schema: object, example?: unknown) =>
  new Named('parameters', name, {
    name,
    in: 'header',
    description,
    // Not as the parameter's own example: pages that try calls out would send it.
    schema: { ...schema, ...(example !== undefined && { examples: [example] }) },
  });

const text = { type: 'string' };

/** Headers of requests. */
export const REQUEST_HEADERS = {
  requestId: requestHeader(
    'X-Request-Id',
    'Names the request, in its answer and in the log: up to 128 letters, digits, dots, dashes and underscores. With any other, or without one, the service makes one up.',
    text,
    'checkout-4711',
  ),
  idempotencyKey: requestHeader(
    'Idempotency-Key',
    'Makes it harmless to send the request again: for 24 hours the same key with the same request stands for the one job that it made. A key is the client’s own; a UUID does well.',
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]*$' },
    '8e03978e-40d5-43e8-bc93-6894a57f9324',
  ),
  prefer: requestHeader(
    'Prefer',
    '`wait=N` (RFC 7240): the answer is held until the job has ended, for at most N seconds, and never for more than 60. Anything else is passed over.',
    text,
    'wait=1',
  ),
  lastEventId: requestHeader(
    'Last-Event-ID',
    'The id of the last event that the client has seen: the stream goes on after it. An `EventSource` sends it by itself when it connects again.',
    { type: 'string', pattern: '^([0-9]{1,10})?$' },
    '1',
  ),
  ifNoneMatch: requestHeader(
    'If-None-Match',
    'Entity tags that the client has: 304 when it is still one of them.',
    text,
    '"0192d3f4-1111-7abc-8def-000000000001"',
  ),
  ifModifiedSince: requestHeader(
    'If-Modified-Since',
    'When the client got what it has: 304 when there is nothing newer. Does not count beside `If-None-Match`.',
    text,
    'Sat, 01 Aug 2026 10:00:00 GMT',
  ),
} as const;

/** Headers that every answer may carry. */
export const EVERY_ANSWER = {
  'X-Request-Id': header(
    'X-Request-Id',
    'The request’s name: the caller’s own, if it is a sane one.',
    { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' },
    { required: true },
  ),
  'Cache-Control': header('Cache-Control', 'What caches may do with the answer: mostly `no-store`.', text, {
    required: true,
  }),
  Vary: header('Vary', 'Headers of the request that the answer depends on, if it does on any.', text),
};

/** Headers of every answer of an operation that a key guards, unless the service sets no limit. */
export const LIMITED_ANSWER = {
  RateLimit: header(
    'RateLimit',
    'What is left of the limit, and the seconds until all of it is back (draft-ietf-httpapi-ratelimit-headers).',
    text,
    { example: '"requests"; r=299; t=60' },
  ),
  'RateLimit-Policy': header('RateLimit-Policy', 'The limit: requests and seconds, for each caller.', text, {
    example: '"requests"; q=300; w=60; pk=:MWQ4:',
  }),
};

export const CONTENT_DISPOSITION = header('Content-Disposition', 'Name of the file to save (RFC 6266).', text, {
  example: 'attachment; filename="report.md"',
});
export const CONTENT_LENGTH = header('Content-Length', 'Bytes of the body.', { type: 'integer', minimum: 0 });
export const CONTENT_SECURITY_POLICY = header(
  'Content-Security-Policy',
  'HTML comes from a stranger’s document: shown in a browser, it may neither run nor load anything.',
  text,
);
export const ETAG = header('ETag', 'Entity tag, for `If-None-Match`.', text, { required: true });
export const LAST_MODIFIED = header('Last-Modified', 'For `If-Modified-Since`.', text, { required: true });
export const LINK = header('Link', 'The next page, as `rel="next"` (RFC 8288); none on the last.', text, {
  example: '</api/v1/jobs?cursor=WzEsIm&pageSize=20>; rel="next"',
});
export const LOCATION = header(
  'Location',
  'Where the job, or the page, is.',
  { type: 'string', format: 'uri-reference' },
  {
    required: true,
    example: '/api/v1/jobs/0192d3f4-0000-7abc-8def-000000000001',
  },
);
export const PREFERENCE_APPLIED = header('Preference-Applied', 'The wait that was granted (RFC 7240).', text, {
  example: 'wait=10',
});
export const REPLAYED = header('Idempotency-Replayed', 'An earlier request with this key made the job.', {
  const: 'true',
});
export const RETRY_AFTER = header('Retry-After', 'Seconds after which it is worth trying again.', {
  type: 'integer',
  minimum: 0,
});
export const WWW_AUTHENTICATE = header('WWW-Authenticate', 'How to show a key (RFC 6750).', text, {
  required: true,
  example: 'Bearer realm="docling-jobs"',
});
export const X_ACCEL_BUFFERING = header('X-Accel-Buffering', 'Asks proxies not to hold the stream back.', {
  const: 'no',
});
