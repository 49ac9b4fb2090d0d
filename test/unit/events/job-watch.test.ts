import { jest } from '@jest/globals';
import type { ChangedJob } from '../../../src/events/event-repository.js';
import { JobWatch } from '../../../src/events/job-watch.js';
import { createLogger } from '../../../src/observability/logger.js';

describe('JobWatch', () => {
  /** What the database would answer, or fail with. */
  let answer: () => ChangedJob[];
  let looks: number;
  let watch: JobWatch;
  const at = (lastEventSeq: number, status: ChangedJob['status'] = 'PROCESSING'): ChangedJob[] => [
    { jobId: 'a', status, lastEventSeq },
  ];

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    looks = 0;
    answer = () => [];
    watch = new JobWatch({
      events: {
        listChanged: async () => {
          looks += 1;
          return answer();
        },
      },
      logger: createLogger({ level: 'silent', service: 'test' }),
    });
  });
  afterEach(async () => {
    await watch.close();
    jest.useRealTimers();
  });

  test('when nobody watches, then nothing is asked, however often it is woken', async () => {
    watch.wake();
    await jest.advanceTimersByTimeAsync(5_000);

    expect(looks).toBe(0);
  });

  test('when jobs are watched, then one look a second asks for all of them', async () => {
    const subscriptions = [watch.open('a', 1), watch.open('b', 1), watch.open('a', 2)];
    await jest.advanceTimersByTimeAsync(500);
    const first = looks;
    await jest.advanceTimersByTimeAsync(10_000);

    expect([first, looks]).toEqual([1, 11]);
    subscriptions.forEach((subscription) => subscription.close());
    await jest.advanceTimersByTimeAsync(10_000);
    expect(looks).toBe(11);
  });

  test('when announcements never cease, then looks go on, some 25 ms apart', async () => {
    watch.open('a', 1);
    for (let elapsed = 0; elapsed < 1_000; elapsed += 10) {
      watch.wake();
      await jest.advanceTimersByTimeAsync(10);
    }

    expect(looks).toBeGreaterThan(20);
    expect(looks).toBeLessThanOrEqual(40);
  });

  test('when an announcement comes just before a look, then there is another look after it has settled', async () => {
    watch.open('a', 1);
    await jest.advanceTimersByTimeAsync(20);
    watch.wake();
    await jest.advanceTimersByTimeAsync(60);

    expect(looks).toBe(2);
  });

  test('when a look fails, then the next one is right', async () => {
    const subscription = watch.open('a', 1);
    answer = () => {
      throw new Error('away');
    };
    const outcome = subscription.next(60_000);
    await jest.advanceTimersByTimeAsync(3_000);
    answer = () => at(2);
    await jest.advanceTimersByTimeAsync(1_000);

    await expect(outcome).resolves.toBe('changed');
    expect(subscription.status).toBe('PROCESSING');
  });

  test('when a job changes before its watcher waits, then the watcher need not wait', async () => {
    const subscription = watch.open('a', 1);
    answer = () => at(3);
    await jest.advanceTimersByTimeAsync(30);

    await expect(subscription.next(60_000)).resolves.toBe('changed');
    const again = subscription.next(1_000);
    await jest.advanceTimersByTimeAsync(3_000);
    await expect(again).resolves.toBe('quiet');
  });

  test('when a watcher could not act on a change, then it is told again', async () => {
    const subscription = watch.open('a', 1);
    answer = () => (subscription.seenSeq < 3 ? at(3) : []);
    await jest.advanceTimersByTimeAsync(30);
    await subscription.next(0);

    subscription.rewind(1);
    const again = subscription.next(60_000);
    await jest.advanceTimersByTimeAsync(1_000);

    await expect(again).resolves.toBe('changed');
  });

  test('when a job is gone, then its watcher is told, as often as it asks', async () => {
    const subscription = watch.open('a', 1);
    answer = () => [{ jobId: 'a', status: null, lastEventSeq: null }];
    await jest.advanceTimersByTimeAsync(30);

    await expect(subscription.next(60_000)).resolves.toBe('gone');
    await expect(subscription.next(60_000)).resolves.toBe('gone');
  });

  test('when watching ends, then all watchers are told, and those that come later', async () => {
    const subscription = watch.open('a', 1);
    const outcome = subscription.next(60_000);

    await watch.close();
    expect(jest.getTimerCount()).toBe(0);

    await expect(outcome).resolves.toBe('closed');
    await expect(watch.open('a', 1).next(60_000)).resolves.toBe('closed');
    expect(watch.size).toBe(0);
  });

  test('when a subscription is closed during a look, then what the look finds does not open it again', async () => {
    const subscription = watch.open('a', 1);
    answer = () => {
      subscription.close();
      return at(2);
    };
    await jest.advanceTimersByTimeAsync(30);

    await expect(subscription.next(60_000)).resolves.toBe('closed');
  });
});
