import type { Config } from '../config.js';
import { Database, type DatabaseOptions } from './database.js';

type Observers = Pick<DatabaseOptions, 'onStatement' | 'onAcquire' | 'onConnectionLost'>;

/**
 * The pool that the settings describe, for the connection strings in use: those of the settings, or
 * the embedded PostgreSQL's.
 */
export function openDatabase(
  config: Config['database'],
  connection: { readonly url: string; readonly direct: boolean },
  applicationName: string,
  observers: Observers = {},
): Database {
  return new Database({
    url: connection.url,
    applicationName,
    poolSize: config.poolSize,
    poolTimeoutMs: config.poolTimeoutMs,
    poolMaxWaiting: config.poolMaxWaiting,
    statementTimeoutMs: config.statementTimeoutMs,
    preparedStatements: config.preparedStatements === 'auto' ? connection.direct : config.preparedStatements === 'on',
    direct: connection.direct,
    ...observers,
  });
}
