import { isCelebrateError, Joi, Segments } from 'celebrate';
import { AppError, type ErrorCode, type FieldError } from '../errors.js';

/** The client closed its connection, or stopped reading: nobody is left to answer. */
export class ClientGoneError extends Error {
  constructor(message = 'The client closed the connection.', options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClientGoneError';
  }
}

/** Faults of one request that its answer names: a few KB for a body of thousands of unknown fields. */
const MAX_FAULTS = 20;
const MAX_NAME_LENGTH = 100;

/** `type` of body-parser's errors: https://github.com/expressjs/body-parser#errors */
const BODY_ERRORS: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  'entity.parse.failed': ['E802', 'The body is not valid JSON.'],
  'entity.too.large': ['E001', 'The JSON body is too large.'],
  'encoding.unsupported': ['E002', 'The content encoding of the body is not supported; send it as it is.'],
  'charset.unsupported': ['E002', 'The character set of the body is not supported; send UTF-8.'],
  'request.size.invalid': ['E802', 'The body is not as long as its Content-Length says.'],
};

export function isClientGone(error: unknown): boolean {
  if (error instanceof ClientGoneError) return true;
  const { type, code } = describe(error);
  return type === 'request.aborted' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** What an error that reached the end of a route means to the caller; what nobody foresaw is E901. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isCelebrateError(error)) return fromSegments(error.details);
  if (Joi.isError(error)) return invalid('E802', error);
  // The router could not decode a path: no resource has such a name.
  if (error instanceof URIError) return new AppError('E501', 'There is nothing at this address.', { cause: error });
  const known = BODY_ERRORS[describe(error).type ?? ''];
  if (known) return new AppError(known[0], known[1], { cause: error });
  return new AppError('E901', 'The service failed to answer this request.', { cause: error });
}

function fromSegments(details: ReadonlyMap<string, Joi.ValidationError>): AppError {
  const [segment, error] = [...details][0] ?? [];
  if (!error) throw new Error('A validation failed without saying why.');
  if (segment === Segments.PARAMS) return new AppError('E501', 'There is no such job or resource.');
  return invalid(segment === Segments.BODY ? 'E802' : 'E801', error);
}

function invalid(code: 'E801' | 'E802', { details }: Joi.ValidationError): AppError {
  const subject = code === 'E801' ? 'query' : 'body';
  const fields = details.slice(0, MAX_FAULTS).map(({ path, message }): FieldError => ({
    field: fieldName(path.join('.')) || subject,
    reason: message,
  }));
  const more = details.length > fields.length ? [`and ${details.length - fields.length} more`] : [];
  const faults = fields.map(({ field, reason }) => `${field} ${reason}`);
  return new AppError(code, `${[...faults, ...more].join('; ')}.`, { fields });
}

/** A field's name as an answer repeats it: a caller may have made it as long as its request. */
export function fieldName(given: string): string {
  return given.length > MAX_NAME_LENGTH ? `${given.slice(0, MAX_NAME_LENGTH)}…` : given;
}

function describe(error: unknown): { readonly type?: string; readonly code?: string } {
  return typeof error === 'object' && error !== null ? error : {};
}
