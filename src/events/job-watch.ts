import type { Logger } from '../observability/logger.js';
import type { EventRepository } from './event-repository.js';
import { JobSubscription } from './job-subscription.js';

export interface JobWatchOptions {
  readonly events: Pick<EventRepository, 'listChanged'>;
  readonly logger: Logger;
  /** Milliseconds between two looks when nothing was announced. */
  readonly pollMs?: number;
}

const POLL_MS = 1_000;
/**
 * From an announcement to the look for what changed. Longer than the 20 ms for which the trigger
 * jobs_announce_change announces once, so that one look sees all of it; also the least time between looks.
 */
const SETTLE_MS = 25;

/**
 * Tells any number of subscriptions of changes to their jobs. One statement asks for all of them: every
 * second, and soon after `wake`. Between looks it holds no connection, and without subscriptions it does
 * nothing. Announcements only make it prompt; none is needed for it to be right.
 */
export class JobWatch {
  private readonly subscriptions = new Set<JobSubscription>();
  private readonly events: JobWatchOptions['events'];
  private readonly logger: Logger;
  private readonly pollMs: number;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookIsNear = false;
  /** When the newest announcement will have settled. */
  private settledAt = 0;
  private failing = false;
  private closed = false;

  constructor({ events, logger, pollMs = POLL_MS }: JobWatchOptions) {
    this.events = events;
    this.logger = logger;
    this.pollMs = pollMs;
  }

  /** Subscriptions that are open. */
  get size(): number {
    return this.subscriptions.size;
  }

  /**
   * Watches a job for events after the one numbered `seen`, until the subscription is closed. Begins
   * with a look, and so tells of those that are there already.
   */
  open(jobId: string, seen: number): JobSubscription {
    const subscription = new JobSubscription(jobId, seen, (closed) => this.forget(closed));
    if (this.closed) {
      subscription.close();
      return subscription;
    }
    this.subscriptions.add(subscription);
    this.wake();
    return subscription;
  }

  /** Some job has changed, perhaps one that is watched: looks soon, once for all calls until then. */
  wake(): void {
    if (this.subscriptions.size === 0) return;
    this.settledAt = performance.now() + SETTLE_MS;
    if (!this.looking && !this.lookIsNear) this.schedule(SETTLE_MS);
  }

  /** Closes every subscription, those that are yet to come too, and waits for the look under way. */
  async close(): Promise<void> {
    this.closed = true;
    for (const subscription of [...this.subscriptions]) subscription.close();
    await this.looking;
  }

  private forget(subscription: JobSubscription): void {
    this.subscriptions.delete(subscription);
    if (this.subscriptions.size > 0) return;
    clearTimeout(this.timer);
    this.lookIsNear = false;
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.lookIsNear = delayMs === SETTLE_MS;
    this.timer = setTimeout(() => {
      this.looking = this.lookAndGoOn();
    }, delayMs);
  }

  private async lookAndGoOn(): Promise<void> {
    const startedAt = performance.now();
    this.lookIsNear = false;
    await this.look();
    this.looking = undefined;
    // What was announced just before this look may have been committed just after it.
    if (this.subscriptions.size > 0) this.schedule(this.settledAt > startedAt ? SETTLE_MS : this.pollMs);
  }

  private async look(): Promise<void> {
    const watched = [...this.subscriptions];
    try {
      const changed = await this.events.listChanged(
        watched.map(({ jobId }) => jobId),
        watched.map(({ seenSeq }) => seenSeq),
      );
      const byJob = new Map(changed.map((job) => [job.jobId, job]));
      for (const subscription of watched) {
        const job = byJob.get(subscription.jobId);
        if (job) subscription.tell(job);
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn('watched jobs could not be looked at', { error });
      this.failing = true;
    }
  }
}
