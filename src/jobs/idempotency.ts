import { randomUUID } from 'node:crypto';
import type { Logger } from '../observability/logger.js';
import { checkKey, keyInUse, keyReused } from './idempotency-key.js';
import type { IdempotencyRepository, KeyClaim } from './idempotency-repository.js';
import type { CreatedJob, JobRepository, NewJob } from './job-repository.js';
import type { QueueLimit } from './queue-limit.js';

/** How a request may make its job. `requestHash` tells it from requests that ask for something else. */
export interface Admission {
  /** The id of the job that the same request made before; undefined: none. Throws AppError E802 keyReused. */
  earlierJob(requestHash: Buffer): string | undefined;
  /** Throws AppError E802 keyInUse when another request has taken the key over. */
  insert(job: NewJob, requestHash: Buffer): Promise<CreatedJob>;
}

/** How long a key stays claimed without a sign of life: what a killed process leaves behind blocks no longer. */
const CLAIM_MS = 10_000;

/**
 * Lets requests make jobs, and of those that carry the same key only one. A key is claimed before the
 * request's body is read, and the job and its key are written in one statement that holds only for the
 * claim's owner: whatever dies on the way, there is no job without its key, and no key stays blocked.
 */
export class Admissions {
  constructor(
    private readonly jobs: JobRepository,
    private readonly keys: IdempotencyRepository,
    private readonly queueLimit: Pick<QueueLimit, 'admit'>,
    private readonly logger: Logger,
  ) {}

  /**
   * Runs a request that makes a job, under its key if it has one. A request that fails does not use its key up.
   * Whoever has too many jobs waiting is refused before the body is read, but not when the job is there already.
   *
   * @throws AppError E802 for what is no key, and, as keyInUse, while a request with the same key is under way;
   *   E601 as the limit of the queue does
   */
  async run<T>(clientId: string, key: string | undefined, work: (admission: Admission) => Promise<T>): Promise<T> {
    if (key === undefined) {
      await this.queueLimit.admit(clientId);
      return work(this.freeAdmission());
    }
    const claim = { clientId, key: checkKey(key), claimId: randomUUID() };
    const found = await this.keys.claim(claim, CLAIM_MS);
    if (found?.claimed) return this.runClaimed(claim, work);
    if (!found?.jobId || !found.requestHash) throw keyInUse();
    return work(replay(found.jobId, found.requestHash));
  }

  private async runClaimed<T>(claim: KeyClaim, work: (admission: Admission) => Promise<T>): Promise<T> {
    const prolong = () => {
      this.keys.prolong(claim, CLAIM_MS).catch((error: unknown) => {
        this.logger.warn('claim of an idempotency key not prolonged', { error });
      });
    };
    const timer = setInterval(prolong, CLAIM_MS / 3);
    try {
      await this.queueLimit.admit(claim.clientId);
      return await work(this.claimedAdmission(claim));
    } catch (error) {
      await this.release(claim);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  private freeAdmission(): Admission {
    return { earlierJob: () => undefined, insert: (job) => this.jobs.insert(job) };
  }

  private claimedAdmission(claim: KeyClaim): Admission {
    return {
      earlierJob: () => undefined,
      insert: async (job, requestHash) => {
        const created = await this.keys.insertJob(claim, requestHash, job);
        if (!created) throw keyInUse();
        return created;
      },
    };
  }

  /** The request's own failure matters more: a claim that cannot be given up runs out by itself. */
  private async release(claim: KeyClaim): Promise<void> {
    await this.keys.release(claim).catch((error: unknown) => {
      this.logger.warn('claim of an idempotency key not released', { error });
    });
  }
}

function replay(jobId: string, knownHash: Buffer): Admission {
  return {
    earlierJob: (requestHash) => {
      if (!requestHash.equals(knownHash)) throw keyReused();
      return jobId;
    },
    insert: () => Promise.reject(new Error('A request that was answered before makes no second job.')),
  };
}
