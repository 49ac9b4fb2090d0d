import path from 'node:path';
import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open-database.js';
import { createMetrics, type Metrics } from '../observability/metrics.js';
import { InputStorage } from '../storage/input-storage.js';
import { connectDatabase, type DatabaseConnection } from './connection.js';
import type { ProcessContext } from './run-process.js';

/** What every process of the service has. */
export interface Services extends ProcessContext {
  readonly metrics: Metrics;
  readonly connection: DatabaseConnection;
  readonly database: Database;
  readonly storage: InputStorage;
}

/** Connects to the database, or starts the embedded one; `name` is shown in `pg_stat_activity`. */
export async function openServices(context: ProcessContext, name: string): Promise<Services> {
  const { config, logger, closing } = context;
  const metrics = createMetrics();
  const connection = await connectDatabase(config, (message) => logger.info(message));
  closing.addResource(() => connection.release());
  const database = openDatabase(config.database, connection, `docling-jobs-${name}`, {
    onStatement: metrics.observeStatement,
    onConnectionLost: (error) => logger.warn('a database connection was lost', { error }),
  });
  closing.addResource(() => database.close());
  metrics.observePool(() => database.state());
  return {
    ...context,
    metrics,
    connection,
    database,
    storage: new InputStorage(path.join(config.dataDir, 'inputs')),
  };
}
