import { AppError } from '../errors.js';
import { HEARTBEAT, isLast, OPENING, toMessage } from './event-message.js';
import type { EventRepository, JobEvent } from './event-repository.js';
import type { JobSubscription } from './job-subscription.js';

export interface EventStreamOptions {
  readonly events: Pick<EventRepository, 'listAfter'>;
  /** Milliseconds of silence after which a comment is sent. */
  readonly heartbeatMs: number;
}

/** Events that are in memory at once for one reader, however slow it is. */
const BATCH = 100;

/**
 * The events of a job after the one numbered `after`, as text to be sent, until the one that ends it. It
 * ends without that one when the job is gone or the subscription is closed; then the reader asks again
 * for what is missing. The next batch is read when the last was taken. While the database is away it waits.
 */
export async function* streamEvents(
  subscription: JobSubscription,
  after: number,
  { events, heartbeatMs }: EventStreamOptions,
): AsyncGenerator<string, void, undefined> {
  const { jobId } = subscription;
  let last = after;
  yield OPENING;
  for (;;) {
    const batch = await readBatch(events, subscription, last);
    const end = batch.findIndex(isLast);
    const sent = end < 0 ? batch : batch.slice(0, end + 1);
    last = sent.at(-1)?.seq ?? last;
    if (sent.length > 0) yield sent.map((event) => toMessage(jobId, event)).join('');
    if (end >= 0) return;
    if (batch.length === BATCH) continue;
    let outcome = await subscription.next(heartbeatMs);
    for (; outcome === 'quiet'; outcome = await subscription.next(heartbeatMs)) yield HEARTBEAT;
    if (outcome !== 'changed') return;
  }
}

/** Nothing when the database is away: the subscription tells once it has seen the job again. */
async function readBatch(
  events: EventStreamOptions['events'],
  subscription: JobSubscription,
  after: number,
): Promise<JobEvent[]> {
  try {
    return await events.listAfter(subscription.jobId, after, BATCH);
  } catch (error) {
    if (!(error instanceof AppError && error.definition.retryable)) throw error;
    subscription.rewind(after);
    return [];
  }
}
