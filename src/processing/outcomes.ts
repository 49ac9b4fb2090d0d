import type { Failure, JobRepository, StoredExport } from '../jobs/job-repository.js';
import { isTerminal, type JobStatus } from '../jobs/job-states.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { LeaseLost, WorkerStopping, type Attempt } from './attempt.js';
import { isRetryable, toFailure } from './failure.js';
import { persist } from './persist.js';
import { retryStatusFor } from './stage.js';

/** What a successful attempt has to store. */
export interface Results {
  readonly toolName: string;
  readonly exports: readonly StoredExport[];
  /** Why some are missing; null when none is. */
  readonly failure: Failure | null;
}

/** Writes how attempts end, in one guarded statement each. */
export class Outcomes {
  constructor(
    private readonly jobs: JobRepository,
    private readonly leaseMs: number,
    private readonly metrics: Metrics,
  ) {}

  /** Stores the results and ends the job. Throws LeaseLost when it is no longer the attempt's to end. */
  async complete(attempt: Attempt, { toolName, exports, failure }: Results, log: Logger): Promise<void> {
    const status = failure ? 'PARTIAL_COMPLETE' : 'COMPLETE';
    const held = await persist(
      () => this.jobs.complete(attempt.lease, status, toolName, exports, failure),
      this.leaseMs,
    );
    if (!held) throw new LeaseLost();
    this.note(attempt, status, failure, log);
  }

  /** Ends a failed attempt: in its retry state, for good, back in the queue, or not at all when it is not ours to say. */
  async settle(attempt: Attempt, error: unknown, log: Logger): Promise<void> {
    try {
      if (error instanceof LeaseLost) {
        this.metrics.leasesLost.inc();
        log.warn('attempt stopped: the job is no longer held');
      } else if (error instanceof WorkerStopping) {
        await this.handBack(attempt, log);
      } else {
        await this.recordFailure(attempt, error, log);
      }
    } catch (unwritten) {
      log.error('the outcome could not be written; the lease will run out', { error: unwritten });
    }
  }

  private async handBack(attempt: Attempt, log: Logger): Promise<void> {
    const held = await persist(() => this.jobs.handBack(attempt.lease), this.leaseMs);
    if (held) log.info('job given back to the queue');
  }

  private async recordFailure(attempt: Attempt, error: unknown, log: Logger): Promise<void> {
    const failure = toFailure(error);
    if (failure.code === 'E901') log.error('unexpected failure', { error });
    if (!isRetryable(failure)) {
      const held = await persist(() => this.jobs.fail(attempt.lease, failure), this.leaseMs);
      if (held) this.note(attempt, 'FAILED', failure, log);
      return;
    }
    const retryStatus = retryStatusFor(attempt.stage, attempt.status);
    const retried = await persist(() => this.jobs.scheduleRetry(attempt.lease, retryStatus, failure), this.leaseMs);
    if (retried) this.note(attempt, retried.status, failure, log);
  }

  private note(attempt: Attempt, status: JobStatus, failure: Failure | null, log: Logger): void {
    attempt.status = status;
    const seconds = (performance.now() - attempt.startedAt) / 1_000;
    this.metrics.jobDuration.observe({ status }, seconds);
    if (isTerminal(status)) this.metrics.jobsFinished.inc({ status });
    log.info('attempt ended', {
      status,
      ms: Math.round(seconds * 1_000),
      ...(failure && { errorCode: failure.code, errorMessage: failure.message }),
    });
  }
}
