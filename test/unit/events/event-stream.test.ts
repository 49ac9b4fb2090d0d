import { AppError } from '../../../src/errors.js';
import type { JobEvent } from '../../../src/events/event-repository.js';
import { streamEvents } from '../../../src/events/event-stream.js';
import { JobSubscription } from '../../../src/events/job-subscription.js';

const event = (seq: number, status: JobEvent['status'] = 'PROCESSING'): JobEvent => ({
  seq,
  occurredAt: new Date(0),
  previousStatus: 'PROCESSING',
  status,
  stage: null,
  percent: 0,
  errorCode: null,
  errorMessage: null,
  retryCount: null,
  nextAttemptAt: null,
});

describe('streamEvents', () => {
  const changed = (lastEventSeq: number) => ({ jobId: 'a', status: 'PROCESSING' as const, lastEventSeq });
  const subscribe = () => new JobSubscription('a', 0, () => undefined);
  const ids = (text: unknown) => Array.from(String(text).matchAll(/^id: (\d+)$/gm), ([, seq]) => Number(seq));

  test('when a read fails for now, then it is repeated once the job is seen again, and nothing is skipped', async () => {
    const subscription = subscribe();
    const asked: number[] = [];
    let away = true;
    const listAfter = async (_jobId: string, after: number) => {
      asked.push(after);
      if (away) throw new AppError('E401', 'away');
      return after === 0 ? [event(1), event(2, 'COMPLETE')] : [];
    };
    const stream = streamEvents(subscription, 0, { events: { listAfter }, heartbeatMs: 60_000 });
    await stream.next();
    subscription.tell(changed(2));

    const next = stream.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(subscription.seenSeq).toBe(0);
    away = false;
    subscription.tell(changed(2));

    expect(ids((await next).value)).toEqual([1, 2]);
    expect((await stream.next()).done).toBe(true);
    expect(asked.every((after) => after === 0)).toBe(true);
  });

  test('when a read fails for good, then the stream does', async () => {
    const listAfter = () => Promise.reject(new TypeError('a bug'));
    const stream = streamEvents(subscribe(), 0, { events: { listAfter }, heartbeatMs: 60_000 });
    await stream.next();

    await expect(stream.next()).rejects.toThrow('a bug');
  });

  test('when there is more than a batch, then the next is read when the last was taken, and not before', async () => {
    const reads: number[] = [];
    const listAfter = async (_jobId: string, after: number, limit: number) => {
      reads.push(after);
      const rest = Array.from({ length: 250 - after }, (_, index) => event(after + index + 1));
      return [...rest.slice(0, -1), event(250, 'COMPLETE')].slice(0, limit);
    };
    const stream = streamEvents(subscribe(), 0, { events: { listAfter }, heartbeatMs: 60_000 });
    await stream.next();
    const seen = [];
    for (let next = await stream.next(); !next.done; next = await stream.next())
      seen.push([reads.length, ids(next.value).length]);

    expect(seen).toEqual([
      [1, 100],
      [2, 100],
      [3, 50],
    ]);
  });
});
