import path from 'node:path';
import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open-database.js';
import { createMetrics, type Metrics } from '../observability/metrics.js';
import { InputStorage } from '../storage/input-storage.js';
import { connectDatabase, type DatabaseConnection } from './connection.js';
import { observeDatabase } from './observe-database.js';
import type { ProcessContext } from './run-process.js';

/** What every process of the service has. */
export interface Services extends ProcessContext {
  readonly metrics: Metrics;
  readonly connection: DatabaseConnection;
  readonly database: Database;
  readonly storage: InputStorage;
}

/** What killed processes left behind is removed when nothing can be using it any more. */
export const LEFTOVER_AGE_MS = 60 * 60 * 1_000;

/** Connects to the database, or starts the embedded one; `name` is shown in `pg_stat_activity`. */
export async function openServices(context: ProcessContext, name: string): Promise<Services> {
  const { config, logger, closing } = context;
  const metrics = createMetrics();
  const connection = await connectDatabase(config, (message) => logger.info(message));
  closing.addResource('connection', () => connection.release());
  const database = openDatabase(config.database, connection, `docling-jobs-${name}`, {
    onStatement: metrics.observeStatement,
    onAcquire: metrics.observeAcquire,
    onConnectionLost: (error) => logger.warn('a database connection was lost', { error }),
  });
  closing.addResource('database', () => database.close());
  const urls = { pool: connection.url, direct: connection.migrationUrl };
  observeDatabase({ database, urls, metrics, logger });
  const storage = new InputStorage(path.join(config.dataDir, 'inputs'));
  await storage.sweep(LEFTOVER_AGE_MS);
  return { ...context, metrics, connection, database, storage };
}
