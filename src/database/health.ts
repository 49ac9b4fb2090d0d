import { AppError } from '../errors.js';
import type { Executor } from './database.js';

/** Resolves when the database answers and takes writes; throws AppError E401 or E402 otherwise. */
export async function checkDatabase(executor: Executor): Promise<void> {
  const [row] = await executor.query('server/ping', []);
  if (row?.inRecovery !== false) throw new AppError('E401', 'The database does not take writes at the moment.');
}
