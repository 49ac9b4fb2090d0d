import type { JobStatus } from '../jobs/job-states.js';
import type { ChangedJob } from './event-repository.js';

/** What may end a wait: the job has new events, is gone, the time is up, or watching has ended. */
export type Outcome = 'changed' | 'gone' | 'quiet' | 'closed';

/** One watcher's view of a job. Takes no memory for what happens while its owner is busy, but that it did. */
export class JobSubscription {
  private pending: Exclude<Outcome, 'quiet'> | undefined;
  private wake: () => void = () => undefined;
  private latest: JobStatus | undefined;

  constructor(
    readonly jobId: string,
    private seen: number,
    private readonly onClose: (subscription: JobSubscription) => void,
  ) {}

  /** Sequence number of the newest event that was told. */
  get seenSeq(): number {
    return this.seen;
  }

  /** The job's status when it was last told of a change; undefined before. */
  get status(): JobStatus | undefined {
    return this.latest;
  }

  /**
   * Resolves once there is something new since the last call, or after `limitMs`. `gone` and `closed`
   * stay so. For one caller at a time.
   */
  async next(limitMs: number): Promise<Outcome> {
    if (this.pending === undefined) await this.pause(limitMs);
    const outcome = this.pending ?? 'quiet';
    if (outcome === 'changed') this.pending = undefined;
    return outcome;
  }

  /** Takes back what was told after `seq`, to be told again: its owner could not act on it. */
  rewind(seq: number): void {
    this.seen = seq;
  }

  /** For the watch: what it found about this job. */
  tell({ status, lastEventSeq }: ChangedJob): void {
    if (this.pending === 'closed') return;
    if (status === null || lastEventSeq === null) {
      this.settle('gone');
    } else if (lastEventSeq > this.seen) {
      this.seen = lastEventSeq;
      this.latest = status;
      this.settle('changed');
    }
  }

  /** Ends watching, and the wait under way. Safe to repeat. */
  close(): void {
    this.settle('closed');
    this.onClose(this);
  }

  private settle(outcome: Exclude<Outcome, 'quiet'>): void {
    this.pending = outcome;
    this.wake();
  }

  private pause(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
