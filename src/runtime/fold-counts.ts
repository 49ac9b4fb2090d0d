import { JobCountRepository } from '../jobs/job-count-repository.js';
import { jittered, Loop } from '../processing/loop.js';
import type { Services } from './services.js';

/** What a thousand jobs a second leave to be summed in that time is summed in some 100 milliseconds. */
const INTERVAL_MS = 10_000;

/**
 * Folds the counts of jobs now and then, so that reading them stays cheap. Every process does so, also those that work
 * no jobs: whoever makes changes has to see to it that they are put together.
 */
export function foldCounts({ database, logger, closing }: Services): void {
  const counts = new JobCountRepository(database);
  const tell = (error: unknown) => logger.warn('counts of jobs not folded', { error });
  const loop = new Loop(() => counts.fold(), jittered(INTERVAL_MS), tell);
  loop.start();
  closing.addWork('counts', () => loop.stop());
}
