import { STATUS_CODES } from 'node:http';
import { types } from 'node:util';
import { AppError } from '../errors.js';

/** Client errors that another attempt can cure: Request Timeout, Too Early, Too Many Requests. */
const TEMPORARY_CLIENT_ERRORS: ReadonlySet<number> = new Set([408, 425, 429]);

const TIMEOUT_CODES: ReadonlySet<string> = new Set(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/**
 * What a status other than that of a document means. E102, to be tried again: server errors, 202,
 * and the client errors that pass. E003, final: the rest, since the server has understood and refused.
 */
export function fromStatus(status: number): AppError {
  if (status === 204 || status === 205) return new AppError('E003', 'The document at the URL is empty.');
  const meaning = STATUS_CODES[status];
  const message = `The server of the URL answered ${status}${meaning === undefined ? '' : ` (${meaning})`}.`;
  const temporary = status >= 500 || status < 300 || TEMPORARY_CLIENT_ERRORS.has(status);
  return new AppError(temporary ? 'E102' : 'E003', message);
}

/**
 * What an error of name resolution, connection, HTTP or decompression means. An error without a
 * `code` and a TypeError are none of these but bugs, and stay as they are.
 */
export function fromThrown(error: unknown): unknown {
  if (error instanceof AppError || !types.isNativeError(error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // undici's parser has codes for only some of what it refuses.
  const isFailure = code !== '' || error.name === 'HTTPParserError';
  if (!isFailure || error.name === 'TypeError') return error;
  const failure = (errorCode: 'E003' | 'E102' | 'E103', message: string) =>
    new AppError(errorCode, message, { cause: error });
  if (TIMEOUT_CODES.has(code)) return failure('E103', 'The server of the URL did not answer in time.');
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return failure('E102', 'The host name of the URL cannot be resolved.');
  }
  // A truncated stream: the server or the connection gave up early.
  if (code === 'Z_BUF_ERROR') return failure('E102', 'The document at the URL arrived incomplete.');
  // zlib's codes, and those of brotli.
  if (/^(?:Z_|ERR__ERROR_)/.test(code)) {
    return failure('E003', 'The document at the URL is compressed and cannot be decompressed.');
  }
  return failure('E102', 'The URL cannot be reached, or the connection broke.');
}
