/**
 * The registry of error codes: the only place that knows an HTTP status, a title or whether a
 * retry can help. `docs/errors.md` is generated from it.
 */
export interface ErrorDefinition {
  /** HTTP status of a response that carries this code. */
  readonly status: number;
  /** Short and constant: the `title` of the problem document. */
  readonly title: string;
  /** Whether the same request, or another attempt at the job, may succeed later. */
  readonly retryable: boolean;
  /** Other answers with the same code, by name: for what HTTP has a status of its own. */
  readonly cases?: Readonly<Record<string, ErrorDefinition>>;
}

const permanent = (status: number, title: string): ErrorDefinition => ({ status, title, retryable: false });
const transient = (status: number, title: string): ErrorDefinition => ({ status, title, retryable: true });

export const ERRORS = Object.freeze({
  E001: permanent(413, 'The input is too large'),
  E002: permanent(415, 'The type of the input is not supported'),
  E003: permanent(400, 'The input cannot be read'),
  E004: permanent(422, 'The document is corrupt or encrypted'),
  E005: transient(503, 'The storage is unavailable'),

  E101: permanent(400, 'The URL is not valid'),
  E102: transient(502, 'The URL cannot be reached'),
  E103: transient(504, 'The URL did not answer in time'),
  E104: permanent(400, 'The address or path is not allowed'),

  E201: transient(503, 'The converter is unavailable'),
  E202: transient(504, 'The converter did not answer in time'),
  E203: permanent(500, 'The converter refused its parameters'),
  E204: permanent(500, 'The converter does not offer the tool'),

  E301: permanent(504, 'The processing took longer than its time limit'),
  E302: permanent(422, 'The document could not be converted'),
  E303: transient(500, 'A result could not be exported'),
  E304: permanent(422, 'Some results could not be exported'),
  E305: permanent(422, 'A result is too large'),

  E401: transient(503, 'The database is unavailable'),
  E402: transient(503, 'The database did not answer in time'),
  E403: transient(500, 'The database refused the write'),

  E501: permanent(404, 'There is no such job or resource'),
  E502: {
    ...permanent(401, 'The caller is not authorised'),
    cases: { foreign: permanent(403, 'The host or origin of the request is not allowed') },
  },

  E601: transient(429, 'Too many requests'),

  E701: permanent(409, 'The job cannot make this transition'),
  E702: permanent(409, 'The job can no longer be cancelled'),

  E801: permanent(400, 'The query is not valid'),
  E802: {
    ...permanent(400, 'The body is not valid'),
    cases: {
      keyReused: permanent(422, 'The idempotency key belongs to another request'),
      keyInUse: transient(409, 'A request with this idempotency key is under way'),
      notHttp: permanent(400, 'The request is not valid HTTP'),
      tooSlow: transient(408, 'The request did not arrive in time'),
      headersTooLarge: permanent(431, 'The headers of the request are too large'),
    },
  },

  E901: permanent(500, 'Something went wrong'),
} satisfies Record<string, ErrorDefinition>);

export type ErrorCode = keyof typeof ERRORS;
export type ErrorCase = keyof (typeof ERRORS.E502.cases & typeof ERRORS.E802.cases);

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(ERRORS, value);
}

/** One invalid field of a request: where it stands and what is wrong with it. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  /** Invalid fields, for E801 and E802. */
  readonly fields?: readonly FieldError[];
  /** Further members of the problem document; must not hold paths, SQL or secrets. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Seconds after which a retry is worth it; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Which of the code's cases it is; none: the plain one. */
  readonly case?: ErrorCase;
}

/**
 * An expected failure. `message` is for the caller of the API and for `jobs.error_message`, so it
 * names no server path, SQL or secret; what only an operator may see goes into `cause`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  readonly case: ErrorCase | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.fields = options.fields ?? [];
    this.extensions = options.extensions ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.case = options.case;
  }

  get definition(): ErrorDefinition {
    const definition: ErrorDefinition = ERRORS[this.code];
    return (this.case && definition.cases?.[this.case]) ?? definition;
  }
}

/** The `code` of a system's or a library's error, such as `ENOENT`; undefined when it has none. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
