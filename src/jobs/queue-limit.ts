import { AppError } from '../errors.js';
import type { JobRepository } from './job-repository.js';

export interface QueueLimitParts {
  readonly jobs: Pick<JobRepository, 'countQueued'>;
  /** Jobs of one client that may wait; 0: no limit. */
  readonly max: number;
  /** Milliseconds for which a count is believed. */
  readonly freshMs?: number;
}

const FRESH_MS = 5_000;
/** A queue that is full takes a while to get shorter. */
const RETRY_AFTER_SECONDS = 10;

interface Count {
  readonly countedAt: number;
  readonly waiting: Promise<number>;
  /** Let in since. */
  admitted: number;
}

/**
 * Bounds how many jobs of a client wait. The count is approximate: it is made at most once in a while for
 * each client, and in between each process adds only what it lets in itself.
 */
export class QueueLimit {
  private readonly counts = new Map<string, Count>();

  constructor(private readonly parts: QueueLimitParts) {}

  /** Lets one more job of the client in. Throws AppError E601 when too many wait. */
  async admit(clientId: string): Promise<void> {
    const { max } = this.parts;
    if (max === 0) return;
    const count = this.countOf(clientId);
    if ((await count.waiting) + count.admitted >= max) {
      throw new AppError('E601', `${max} jobs are waiting, and no more may; try again when some are done.`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    count.admitted += 1;
  }

  /** One for all who ask meanwhile. */
  private countOf(clientId: string): Count {
    const { jobs, max, freshMs = FRESH_MS } = this.parts;
    const known = this.counts.get(clientId);
    if (known && performance.now() - known.countedAt < freshMs) return known;
    const waiting = jobs.countQueued(clientId, max);
    const count = { countedAt: performance.now(), waiting, admitted: 0 };
    this.counts.set(clientId, count);
    waiting.catch(() => this.counts.delete(clientId));
    return count;
  }
}
