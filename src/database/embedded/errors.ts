/**
 * The embedded PostgreSQL cannot be brought up. The message is for whoever started the process: it
 * says what is wrong and what to do, and may name paths. It never reaches a client of the API.
 */
export class EmbeddedPostgresError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EmbeddedPostgresError';
  }
}

/** Whether `error` is one of the operating system's, or PostgreSQL's, with one of these codes. */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}
