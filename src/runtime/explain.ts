import { ConfigError } from '../config.js';
import { EmbeddedPostgresError } from '../database/embedded/index.js';
import { AppError } from '../errors.js';

/**
 * What whoever started a process is told of an error that they can act on by its message alone; undefined
 * for any other. The message of an AppError is for clients, so here its cause comes with it.
 */
export function explain(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  if (!(error instanceof AppError)) return undefined;
  return error.cause instanceof Error ? `${error.message}\n  ${error.cause.message}` : error.message;
}
