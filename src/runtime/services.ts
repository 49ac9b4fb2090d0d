import path from 'node:path';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open-database.js';
import type { Logger } from '../observability/logger.js';
import { createMetrics, type Metrics } from '../observability/metrics.js';
import { InputStorage } from '../storage/input-storage.js';
import { connectDatabase, type DatabaseConnection } from './connection.js';

/** What every process of the service has. */
export interface Services {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly connection: DatabaseConnection;
  readonly database: Database;
  readonly storage: InputStorage;
  /** Closes the pool and lets go of the database. */
  close(): Promise<void>;
}

/** Connects to the database, or starts the embedded one; `name` is shown in `pg_stat_activity`. */
export async function openServices(config: Config, logger: Logger, name: string): Promise<Services> {
  const metrics = createMetrics();
  const connection = await connectDatabase(config, (message) => logger.info(message));
  const database = openDatabase(config.database, connection, `docling-jobs-${name}`, {
    onStatement: metrics.observeStatement,
    onConnectionLost: (error) => logger.warn('a database connection was lost', { error }),
  });
  metrics.observePool(() => database.state());
  return {
    config,
    logger,
    metrics,
    connection,
    database,
    storage: new InputStorage(path.join(config.dataDir, 'inputs')),
    close: async () => {
      await database.close();
      await connection.release();
    },
  };
}
