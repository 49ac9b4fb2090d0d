import type { Failure, JobRepository, StoredExport } from '../jobs/job-repository.js';
import type { JobStatus } from '../jobs/job-states.js';
import type { Transition, TransitionRecorder } from '../jobs/transitions.js';
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
    private readonly metrics: Pick<Metrics, 'jobDuration' | 'leasesLost' | 'resultsBytes'>,
    private readonly transitions: Pick<TransitionRecorder, 'record'>,
  ) {}

  /** Stores the results and ends the job. Throws LeaseLost when it is no longer the attempt's to end. */
  async complete(attempt: Attempt, { toolName, exports, failure }: Results): Promise<void> {
    const status = failure ? 'PARTIAL_COMPLETE' : 'COMPLETE';
    const held = await persist(
      () => this.jobs.complete(attempt.lease, status, toolName, exports, failure),
      this.leaseMs,
    );
    if (!held) throw new LeaseLost();
    for (const { format, content } of exports) this.metrics.resultsBytes.inc({ format }, Buffer.byteLength(content));
    this.note(attempt, status, { errorCode: failure?.code });
  }

  /** Ends a failed attempt: in its retry state, for good, back in the queue, or not at all when it is not ours to say. */
  async settle(attempt: Attempt, error: unknown, log: Logger): Promise<void> {
    try {
      if (error instanceof LeaseLost) {
        this.metrics.leasesLost.inc();
        log.warn('attempt stopped: the job is no longer held');
      } else if (error instanceof WorkerStopping) {
        await this.handBack(attempt);
      } else {
        await this.recordFailure(attempt, error, log);
      }
    } catch (unwritten) {
      log.error('the outcome could not be written; the lease will run out', { error: unwritten });
    }
  }

  private async handBack(attempt: Attempt): Promise<void> {
    const held = await persist(() => this.jobs.handBack(attempt.lease), this.leaseMs);
    if (held) this.record(attempt, 'RETRY_PENDING', { cause: 'hand-back' });
  }

  private async recordFailure(attempt: Attempt, error: unknown, log: Logger): Promise<void> {
    const failure = toFailure(error);
    if (failure.code === 'E901') log.error('unexpected failure', { error });
    if (!isRetryable(failure)) {
      const held = await persist(() => this.jobs.fail(attempt.lease, failure), this.leaseMs);
      if (held) this.note(attempt, 'FAILED', { errorCode: failure.code });
      return;
    }
    const retryStatus = retryStatusFor(attempt.stage, attempt.status);
    const retried = await persist(() => this.jobs.scheduleRetry(attempt.lease, retryStatus, failure), this.leaseMs);
    if (retried) this.note(attempt, retried.status, { errorCode: failure.code });
  }

  private note(attempt: Attempt, status: JobStatus, details: Pick<Transition, 'errorCode'>): void {
    this.metrics.jobDuration.observe({ status }, (performance.now() - attempt.startedAt) / 1_000);
    this.record(attempt, status, details);
  }

  private record(attempt: Attempt, to: JobStatus, details: Pick<Transition, 'errorCode' | 'cause'>): void {
    const { jobId, workerId, fencingToken } = attempt.lease;
    const left = attempt.enter(to);
    this.transitions.record({ jobId, ...left, to, stage: attempt.stage, workerId, attempt: fencingToken, ...details });
  }
}
