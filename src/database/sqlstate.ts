import { AppError, errorCodeOf, type ErrorCode } from '../errors.js';

/**
 * SQLSTATE (or, by their two first characters, classes of them) to error code: the one table. See
 * https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
const CODES: Readonly<Record<string, ErrorCode>> = {
  '08': 'E401', // connection exceptions; 08P01 is also PgBouncer's query_wait_timeout
  '25006': 'E401', // READ_ONLY
  '28': 'E401', // authentication
  '3D000': 'E401', // no such database
  '53': 'E401', // out of memory, disk or connections
  '57P01': 'E401', // shut down by an administrator
  '57P02': 'E401', // the server crashed
  '57P03': 'E401', // starting up
  '57P05': 'E401', // idle session timeout
  '58': 'E401', // system error, such as I/O
  '57014': 'E402', // statement timeout
  '55P03': 'E402', // lock timeout
  '25P03': 'E402', // idle-in-transaction timeout
  '40': 'E403', // serialisation failure, deadlock
  '22': 'E403', // bad data that validation let through
  '23': 'E403', // a constraint was violated
  '42501': 'E403', // no right to it
  DJ701: 'E701', // the trigger jobs_guard_update
};

/** The server takes no writes: a standby, or a primary that was just demoted, to which no connection should stay. */
export const READ_ONLY = '25006';

const MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  E401: 'The database cannot be reached at the moment.',
  E402: 'The database took too long to answer.',
  E403: 'The database refused the write.',
  E701: 'The job cannot make this transition.',
};

const NOT_SECURE_MESSAGE = 'The connection to the database could not be secured.';

/** Seconds that a client is asked to wait while the database is away. */
const RETRY_AFTER_SECONDS = 2;

/** Errors of node's sockets and of `pg` itself, which carry no SQLSTATE. */
const CONNECTION_LOST =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN|ENOENT|Connection terminated|connection timeout|Client has encountered a connection error|not queryable/i;
/**
 * Errors of Node's TLS (https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes), and what
 * `pg` says when the server offers none.
 */
const NOT_SECURE =
  /CERT_|_CERT|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO|not support SSL|establishing an SSL/;
const CLIENT_TIMEOUT = /Query read timeout/i;

/**
 * The answer to a statement that was sent did not come, or did not come in time: whether it took effect
 * is not known.
 */
export class AnswerLost extends AppError {}

/**
 * What a failed statement means to a caller. Anything that is not in the table is a bug in the
 * statement, and is passed on as it is.
 */
export function toAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  forgetRow(error);
  const code = codeOf(error);
  if (!code) return error;
  const Meaning = hasLostAnswer(error, code) ? AnswerLost : AppError;
  const message = isNotSecure(error) ? NOT_SECURE_MESSAGE : MESSAGES[code];
  return new Meaning(code, message ?? code, {
    cause: error,
    ...(isAway(code) && { retryAfterSeconds: RETRY_AFTER_SECONDS }),
  });
}

/** The server's detail on a refused row is that row, with what a client or a document has put into it: not for the log. */
function forgetRow(error: unknown): void {
  if (sqlStateOf(error) !== undefined) delete (error as { detail?: string }).detail;
}

/** What a failed attempt to connect means: as `toAppError`, but nothing was sent. */
export function toConnectError(error: unknown): unknown {
  const meaning = toAppError(error);
  if (!(meaning instanceof AnswerLost)) return meaning;
  const { code, message, cause } = meaning;
  return new AppError(code, message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** Whether the database cannot be reached, or does not answer in time. */
export function isAway(code: ErrorCode): boolean {
  return code === 'E401' || code === 'E402';
}

/** The SQLSTATE that the server gave a failure; undefined when the failure is not of its telling. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = errorCodeOf(error) ?? '';
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The refusal of a statement that would have had to wait longer, or behind more others, than is allowed. */
export class PoolExhausted extends AppError {
  constructor(cause?: unknown) {
    super('E401', 'The database is busy: no connection came free in time.', { cause, retryAfterSeconds: 1 });
  }
}

function codeOf(error: unknown): ErrorCode | undefined {
  const state = sqlStateOf(error);
  if (state !== undefined) return CODES[state] ?? CODES[state.slice(0, 2)];
  const text = nameOf(error);
  if (CLIENT_TIMEOUT.test(text)) return 'E402';
  return CONNECTION_LOST.test(text) || isNotSecure(error) ? 'E401' : undefined;
}

/** Whether it is the handshake that failed, or was given up. */
function isNotSecure(error: unknown): boolean {
  return sqlStateOf(error) === undefined && NOT_SECURE.test(nameOf(error));
}

function nameOf(error: unknown): string {
  return `${errorCodeOf(error) ?? ''} ${String(error)}`;
}

/** A server that ends may do so between the commit and its answer; any other refusal of its is one. */
function hasLostAnswer(error: unknown, code: ErrorCode): boolean {
  const state = sqlStateOf(error);
  return isAway(code) && (state === undefined || /^08|^57P0/.test(state));
}
