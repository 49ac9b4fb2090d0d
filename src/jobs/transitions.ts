import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { isTerminal, isWaiting, type JobStatus } from './job-states.js';

/** One change of a job's status, as the process that made it knows it. No text from outside is part of it. */
export interface Transition {
  readonly jobId: string;
  /** Null: the job was made; undefined: not known. */
  readonly from: JobStatus | null | undefined;
  readonly to: JobStatus;
  /** Time that the job spent in `from`; null where that is not known. */
  readonly seconds: number | null;
  readonly stage?: string | null;
  /** The worker that has, or had, the job. */
  readonly workerId?: string | null;
  /** The job's fencing token: counts its claims. */
  readonly attempt?: number;
  /** The request that it stems from. */
  readonly requestId?: string;
  readonly clientId?: string;
  /** Of the failure that led to it. */
  readonly errorCode?: string | undefined;
  /** `hand-back`: a worker that shuts down gave the job back, and no attempt was spent. `rescue`: its worker was lost. */
  readonly cause?: 'hand-back' | 'rescue';
}

/** Where the changes of jobs that this process makes are told: a line of the log and the metrics for each. */
export class TransitionRecorder {
  constructor(
    private readonly logger: Pick<Logger, 'info' | 'warn'>,
    private readonly metrics: Pick<Metrics, 'stateDuration' | 'jobsFinished' | 'retries'>,
  ) {}

  /** To be called once the change is known to be written. */
  record({ seconds, ...transition }: Transition): void {
    const { from, to, cause } = transition;
    if (from && seconds !== null) this.metrics.stateDuration.observe({ status: from }, seconds);
    if (isTerminal(to)) this.metrics.jobsFinished.inc({ status: to });
    if (isWaiting(to) && from !== null && cause !== 'hand-back') this.metrics.retries.inc({ status: to });
    const fields = { ...transition, ...(seconds !== null && { ms: Math.round(seconds * 1_000) }) };
    if (cause === 'rescue') this.logger.warn('job transition', fields);
    else this.logger.info('job transition', fields);
  }
}
