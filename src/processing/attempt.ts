import type { ClaimedJob, Lease } from '../jobs/job-repository.js';
import type { JobStatus } from '../jobs/job-states.js';
import { AppError } from '../errors.js';
import type { Stage } from './stage.js';

/** Why an attempt was stopped: the job is another's now, or nobody's (cancelled, deleted). Nothing may be written. */
export class LeaseLost extends Error {
  constructor() {
    super('The worker no longer holds the job.');
    this.name = 'LeaseLost';
  }
}

/** Why an attempt was stopped: the worker is shutting down and gives the job back. */
export class WorkerStopping extends Error {
  constructor() {
    super('The worker is shutting down.');
    this.name = 'WorkerStopping';
  }
}

/** One worker's try at one job: what it holds, where it is, and the way to stop it. */
export class Attempt {
  readonly lease: Lease;
  /** By this process's monotonic clock, in milliseconds. */
  readonly startedAt = performance.now();
  /** When the lease was last known to hold, by the same clock. */
  heldAt = this.startedAt;
  stage: Stage = 'upload';
  status: JobStatus;
  private enteredAt = this.startedAt;
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly job: ClaimedJob,
    workerId: string,
  ) {
    this.lease = { jobId: job.id, workerId, fencingToken: job.fencingToken };
    this.status = job.status;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Notes that the job has a new status; answers the one that it left, and how long it was in it. */
  enter(status: JobStatus): { from: JobStatus; seconds: number } {
    const now = performance.now();
    const left = { from: this.status, seconds: (now - this.enteredAt) / 1_000 };
    this.status = status;
    this.enteredAt = now;
    return left;
  }

  /** Stops the attempt; only the first reason counts. */
  abort(reason: Error): void {
    this.controller.abort(reason);
  }

  /** Stops the attempt with E301 when it is still running after `limitMs`; replaces an earlier limit. */
  limitTime(limitMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const seconds = limitMs / 1_000;
      this.abort(new AppError('E301', `The job did not finish within its time limit of ${seconds} s.`));
    }, limitMs);
  }

  /** Ends the time limit. */
  close(): void {
    clearTimeout(this.timer);
  }
}
