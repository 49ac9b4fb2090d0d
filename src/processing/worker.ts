import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClaimedJob, JobRepository } from '../jobs/job-repository.js';
import type { TransitionRecorder } from '../jobs/transitions.js';
import type { Logger } from '../observability/logger.js';
import { Attempt, WorkerStopping } from './attempt.js';
import type { JobExecutor } from './job-executor.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { Loop } from './loop.js';

export interface WorkerOptions {
  readonly id: string;
  /** Jobs at once. */
  readonly concurrency: number;
  /** Milliseconds between two looks at an empty queue. */
  readonly pollMs: number;
  readonly leaseMs: number;
}

/** Time between two looks for jobs that were cancelled or deleted: their conversion has to stop within 2 s. */
const LOOK_MS = 1_000;

/** How long attempts may take to give their jobs back once they are told to. */
const HAND_BACK_LIMIT_MS = 4_000;

/** A name that no other worker has: where it runs, and a random part. */
export function newWorkerId(): string {
  return `${hostname().slice(0, 60)}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Claims jobs for its free slots, keeps their leases alive, and drains at the end. */
export class Worker {
  private readonly running = new Map<Attempt, Promise<void>>();
  private readonly claiming: Loop;
  private readonly heartbeat: Loop;
  private readonly look: Loop;
  private handingBack = false;
  /** Whom it worked for last: the next in turn come after. */
  private lastClient = '';

  constructor(
    private readonly options: WorkerOptions,
    private readonly jobs: JobRepository,
    private readonly executor: JobExecutor,
    private readonly keeper: LeaseKeeper,
    private readonly transitions: Pick<TransitionRecorder, 'record'>,
    logger: Logger,
  ) {
    const tell = (loop: string) => (error: unknown) => logger.warn('worker round failed', { loop, error });
    this.claiming = new Loop(() => this.claimOnce(), options.pollMs, tell('claim'));
    this.heartbeat = new Loop(() => this.keepLeasesOnce(), options.leaseMs / 3, tell('heartbeat'));
    this.look = new Loop(() => this.lookOnce(), LOOK_MS, tell('look'));
  }

  start(): void {
    this.claiming.start();
    this.heartbeat.start();
    this.look.start();
  }

  /** Claims as many jobs as there are free slots and starts them. Answers whether there may be more for slots still free. */
  async claimOnce(): Promise<boolean> {
    const free = this.options.concurrency - this.running.size;
    if (free <= 0) return false;
    const claimed = await this.jobs.claimBatch(this.options.id, free, this.options.leaseMs, this.lastClient);
    this.lastClient = claimed.at(-1)?.clientId ?? this.lastClient;
    for (const job of claimed) {
      this.recordClaim(job);
      this.launch(new Attempt(job, this.options.id));
    }
    return claimed.length === free && this.running.size < this.options.concurrency;
  }

  /** Prolongs the leases of the running attempts. */
  async keepLeasesOnce(): Promise<boolean> {
    await this.keeper.runOnce(this.running.keys());
    return false;
  }

  /** Stops the attempts whose jobs were cancelled or deleted. */
  async lookOnce(): Promise<boolean> {
    await this.keeper.lookOnce(this.running.keys());
    return false;
  }

  /** Resolves when no attempt is running. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  /**
   * Stops claiming, gives running attempts `limitMs` to finish, and hands the rest back to the queue.
   * Leases are kept alive meanwhile.
   */
  async drain(limitMs: number): Promise<void> {
    await within(
      limitMs,
      this.claiming.stop().then(() => this.idle()),
    );
    this.handingBack = true;
    for (const attempt of this.running.keys()) attempt.abort(new WorkerStopping());
    await within(HAND_BACK_LIMIT_MS, this.idle());
    await Promise.all([this.heartbeat.stop(), this.look.stop()]);
  }

  private recordClaim({ id, previousStatus, status, waitedSeconds, fencingToken }: ClaimedJob): void {
    this.transitions.record({
      jobId: id,
      from: previousStatus,
      to: status,
      // The clock may have been set back meanwhile.
      seconds: Math.max(0, waitedSeconds),
      stage: 'upload',
      workerId: this.options.id,
      attempt: fencingToken,
    });
  }

  private launch(attempt: Attempt): void {
    // A claim may be answered late: such a job goes back as well.
    if (this.handingBack) attempt.abort(new WorkerStopping());
    const run = this.executor.run(attempt).finally(() => {
      this.running.delete(attempt);
      this.claiming.wake();
    });
    this.running.set(attempt, run);
  }
}

/** Waits for `work`, but no longer than `limitMs`. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const timeLimit = new AbortController();
  await Promise.race([work, delay(limitMs, undefined, { signal: timeLimit.signal }).catch(() => undefined)]);
  timeLimit.abort();
}
