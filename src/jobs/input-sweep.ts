import type { InputStorage } from '../storage/input-storage.js';
import type { JobRepository } from './job-repository.js';

/** Paths that one statement looks up. */
const BATCH = 1_000;

/**
 * Removes the stored inputs that no job refers to, of those that have been stored for more than
 * `olderThanMs`: what a request left behind that was killed between file and row, or that never learned
 * whether its row was written. Ends early when `signal` aborts.
 *
 * @returns how many were removed
 * @throws AppError E005, and E401 or E402 when the database is away: then nothing that was not looked up is removed
 */
export async function sweepInputs(
  storage: InputStorage,
  jobs: JobRepository,
  { olderThanMs, signal }: { readonly olderThanMs: number; readonly signal: AbortSignal },
): Promise<number> {
  let removed = 0;
  for await (const folder of storage.listOlderThan(olderThanMs)) {
    for (let start = 0; start < folder.length; start += BATCH) {
      if (signal.aborted) return removed;
      const paths = folder.slice(start, start + BATCH);
      const kept = await jobs.listStoredInputs(paths);
      for (const path of paths.filter((candidate) => !kept.has(candidate))) {
        await storage.remove(path);
        removed += 1;
      }
    }
  }
  return removed;
}
