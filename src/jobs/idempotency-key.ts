import { createHash } from 'node:crypto';
import { AppError } from '../errors.js';
import type { UploadedFile } from '../http/multipart-upload.js';
import type { FileReference, JobOptions, UrlReference } from './job-schemas.js';

export const KEY_HEADER = 'Idempotency-Key';
/** 1 to 255 printable characters of ASCII; as wide as the column. */
const KEY = /^[\x20-\x7e]{1,255}$/;

/** Seconds after which a request under way is likely to have ended. */
const RETRY_AFTER_SECONDS = 2;

/** Throws AppError E802 for what is no key. */
export function checkKey(key: string): string {
  if (KEY.test(key)) return key;
  const reason = 'must have 1 to 255 printable ASCII characters';
  throw new AppError('E802', `${KEY_HEADER} ${reason}.`, { fields: [{ field: KEY_HEADER, reason }] });
}

/** The refusal of a key that another request, with another body, has used. */
export function keyReused(): AppError {
  const reason = 'was sent before with another request';
  return new AppError('E802', `${KEY_HEADER} ${reason}.`, {
    case: 'keyReused',
    fields: [{ field: KEY_HEADER, reason }],
  });
}

/** The refusal of a request whose twin has not been answered yet. */
export function keyInUse(): AppError {
  return new AppError('E802', `A request with this ${KEY_HEADER} is under way.`, {
    case: 'keyInUse',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** SHA-256 of what an upload asks for: equal for requests that mean the same. */
export function hashUpload({ input, fileName }: UploadedFile, options: JobOptions): Buffer {
  return hash(['upload', ...optionValues(options), fileName, input.hash.toString('hex')]);
}

/** SHA-256 of what a validated JSON body asks for, defaults filled in. */
export function hashReference(reference: FileReference | UrlReference): Buffer {
  const target =
    reference.inputType === 'FILE' ? [reference.filePath, reference.fileName ?? null] : [reference.inputUrl];
  return hash([reference.inputType, ...optionValues(reference), ...target]);
}

function optionValues({ sessionId, maxRetries, timeoutMs }: JobOptions): (string | number | null)[] {
  return [sessionId, maxRetries, timeoutMs];
}

function hash(values: readonly (string | number | null)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(values)).digest();
}
