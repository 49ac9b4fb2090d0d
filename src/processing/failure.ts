import { AppError, errorCodeOf, ERRORS, isErrorCode } from '../errors.js';
import type { Failure } from '../jobs/job-repository.js';

/** As wide as the column. */
const MESSAGE_LENGTH = 500;

/** Errors of the file system that pass by themselves, or that an operator can mend. */
const STORAGE_TROUBLE = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EBUSY']);

/** What a job's row says of an error. Whatever is not expected says only E901; the log says the rest. */
export function toFailure(error: unknown): Failure {
  const expected = toExpected(error);
  if (!expected) return { code: 'E901', message: ERRORS.E901.title, details: null };
  const details = Object.keys(expected.extensions).length > 0 ? expected.extensions : null;
  return { code: expected.code, message: expected.message.slice(0, MESSAGE_LENGTH), details };
}

/** Whether another attempt may succeed. */
export function isRetryable({ code }: Failure): boolean {
  return isErrorCode(code) && ERRORS[code].retryable;
}

function toExpected(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (!STORAGE_TROUBLE.has(errorCodeOf(error) ?? '')) return undefined;
  return new AppError('E005', 'The storage of the service is full or out of order.', { cause: error });
}
