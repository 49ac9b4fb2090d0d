import type { Lease } from '../../../src/jobs/job-repository.js';
import { isTerminal, JOB_TRANSITIONS, type JobStatus } from '../../../src/jobs/job-states.js';

export interface ModelJob {
  readonly id: string;
  readonly maxRetries: number;
  status: JobStatus;
  stage: string | null;
  percent: number;
  retryCount: number;
  token: number;
  /** Who holds it, and until which minute. */
  lease: { readonly workerId: string; expiresAt: number } | undefined;
  /** The minute from which on it may be claimed. */
  dueAt: number;
  formats: readonly string[];
}

/** Minutes that a lease holds and that a retry waits, in the model and, once the test has seen to it, in the database. */
export const LEASE_MINUTES = 60;
export const BACKOFF_MINUTES = 30;

const RUNNING: readonly JobStatus[] = ['UPLOADING', 'PROCESSING'];

/**
 * What the promises say of jobs, without a database: each method does what the operation of that name
 * should, and answers whether the outcome is the one that it should have.
 */
export class JobModel {
  readonly jobs: Map<string, ModelJob>;
  now = 0;

  constructor(jobs: Iterable<ModelJob> = []) {
    this.jobs = new Map([...jobs].map((job) => [job.id, { ...job, lease: job.lease && { ...job.lease } }]));
  }

  copy(): JobModel {
    const copy = new JobModel(this.jobs.values());
    copy.now = this.now;
    return copy;
  }

  submit(id: string, maxRetries: number): boolean {
    const waiting = { status: 'PENDING' as const, stage: null, percent: 0, retryCount: 0, token: 0, dueAt: this.now };
    this.jobs.set(id, { id, maxRetries, ...waiting, lease: undefined, formats: [] });
    return true;
  }

  /** `exactly`: nothing else was going on, so that no row can have been passed over. */
  claim(workerId: string, limit: number, claimed: readonly { id: string; token: number }[], exactly: boolean): boolean {
    const due = [...this.jobs.values()].filter((job) => isWaiting(job.status) && job.dueAt <= this.now);
    if (claimed.length > limit || (exactly && claimed.length !== Math.min(limit, due.length))) return false;
    for (const { id, token } of claimed) {
      const job = due.find((waiting) => waiting.id === id);
      if (job?.token !== token - 1) return false;
      const goesOn = ['RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE'].includes(job.status);
      const lease = { workerId, expiresAt: this.now + LEASE_MINUTES };
      Object.assign(job, { status: goesOn ? 'PROCESSING' : 'UPLOADING', stage: 'upload', percent: 0, token, lease });
    }
    return true;
  }

  start(lease: Lease, percent: number, done: boolean): boolean {
    const job = this.held(lease, ['UPLOADING']);
    if (job) Object.assign(job, { status: 'PROCESSING', stage: 'parsing', percent });
    return done === (job !== undefined);
  }

  progress(lease: Lease, stage: string, percent: number, done: boolean): boolean {
    const job = this.held(lease);
    if (job) Object.assign(job, { stage, percent });
    return done === (job !== undefined);
  }

  complete(lease: Lease, status: 'COMPLETE' | 'PARTIAL_COMPLETE', formats: readonly string[], done: boolean): boolean {
    const job = this.held(lease, ['PROCESSING']);
    if (job) Object.assign(job, { status, stage: 'saving', percent: 100, lease: undefined, formats });
    return done === (job !== undefined);
  }

  fail(lease: Lease, done: boolean): boolean {
    const job = this.held(lease);
    if (job) Object.assign(job, { status: 'FAILED', lease: undefined });
    return done === (job !== undefined);
  }

  /** @param outcome the status entered, undefined for none, or the code of the refusal */
  retry(lease: Lease, status: JobStatus, outcome: string | undefined): boolean {
    const job = this.held(lease);
    if (!job) return outcome === undefined;
    const exhausted = job.retryCount >= job.maxRetries;
    if (!exhausted && !JOB_TRANSITIONS[job.status].includes(status)) return outcome === 'E701';
    this.schedule(job, exhausted ? 'RETRY_FAILED' : status);
    return outcome === job.status;
  }

  handBack(lease: Lease, done: boolean): boolean {
    const job = this.held(lease);
    if (job) Object.assign(job, { status: 'RETRY_PENDING', lease: undefined, dueAt: this.now });
    return done === (job !== undefined);
  }

  prolong(leases: readonly Lease[], kept: ReadonlySet<string>, exactly: boolean): boolean {
    const held = leases.filter((lease) => this.held(lease));
    if (exactly && held.length !== kept.size) return false;
    for (const id of kept) {
      const lease = held.find(({ jobId }) => jobId === id);
      if (!lease) return false;
      this.jobs.get(id)!.lease!.expiresAt = this.now + LEASE_MINUTES;
    }
    return true;
  }

  cancel(id: string, done: boolean): boolean {
    const job = this.jobs.get(id);
    const possible = job !== undefined && !isTerminal(job.status);
    if (possible) Object.assign(job, { status: 'CANCELLED', lease: undefined });
    return done === possible;
  }

  delete(id: string, done: boolean): boolean {
    return done === this.jobs.delete(id);
  }

  rescue(rescued: readonly { id: string; status: JobStatus }[], exactly: boolean): boolean {
    const expired = [...this.jobs.values()].filter((job) => job.lease && job.lease.expiresAt < this.now);
    if (exactly && expired.length !== rescued.length) return false;
    for (const { id, status } of rescued) {
      const job = expired.find((lost) => lost.id === id);
      if (!job) return false;
      this.schedule(job, job.retryCount >= job.maxRetries ? 'RETRY_FAILED' : 'RETRY_PENDING');
      if (job.status !== status) return false;
    }
    return true;
  }

  private schedule(job: ModelJob, status: JobStatus): void {
    const retryCount = Math.min(job.retryCount + 1, job.maxRetries);
    Object.assign(job, { status, retryCount, lease: undefined, dueAt: this.now + BACKOFF_MINUTES });
  }

  /** The job of a lease that still holds, in one of those states. */
  private held({ jobId, workerId, fencingToken }: Lease, statuses = RUNNING): ModelJob | undefined {
    const job = this.jobs.get(jobId);
    const holds = job?.token === fencingToken && job.lease?.workerId === workerId && statuses.includes(job.status);
    return holds ? job : undefined;
  }
}

function isWaiting(status: JobStatus): boolean {
  return !isTerminal(status) && !RUNNING.includes(status);
}
