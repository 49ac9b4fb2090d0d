import { IdempotencyRepository } from '../jobs/idempotency-repository.js';
import { sweepInputs } from '../jobs/input-sweep.js';
import { JobRepository } from '../jobs/job-repository.js';
import { Loop } from '../processing/loop.js';
import { LEFTOVER_AGE_MS, type Services } from './services.js';

const INTERVAL_MS = 60 * 60 * 1_000;
/** Keys that one statement deletes. */
const KEY_BATCH = 1_000;

/**
 * Removes, at once and then hourly, what nobody needs any more: stored inputs without a job, and
 * idempotency keys whose time is up. Any number of processes may do so at once.
 */
export function keepHouse({ config: { dataDir }, database, storage, logger, closing }: Services): void {
  const jobs = new JobRepository(database);
  const keys = new IdempotencyRepository(database);
  const stop = new AbortController();
  const { signal } = stop;

  const runOnce = async () => {
    const [row] = await database.query('server/identify', []);
    const own = row?.identity != null && (await storage.belongsTo(row.identity));
    if (!own) logger.error('the stored inputs are those of another database: none is removed', { dataDir });
    const inputs = own ? await sweepInputs(storage, jobs, { olderThanMs: LEFTOVER_AGE_MS, signal }) : 0;
    const forgotten = await forgetKeys(keys, signal);
    if (inputs + forgotten > 0) logger.info('removed leftovers', { inputs, idempotencyKeys: forgotten });
    return false;
  };
  const loop = new Loop(runOnce, INTERVAL_MS, (error) => logger.warn('leftovers not removed', { error }));
  loop.start();
  closing.addWork('house-keeping', async () => {
    stop.abort();
    await loop.stop();
  });
}

async function forgetKeys(keys: IdempotencyRepository, signal: AbortSignal): Promise<number> {
  let forgotten = 0;
  while (!signal.aborted) {
    const deleted = await keys.deleteExpired(KEY_BATCH);
    forgotten += deleted;
    if (deleted < KEY_BATCH) break;
  }
  return forgotten;
}
