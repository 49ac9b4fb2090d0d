import { QueueLimit } from '../../../src/jobs/queue-limit.js';

describe('QueueLimit', () => {
  /** Counts how often it is asked; answers what `waiting` says at that moment. */
  function counter(waiting: Record<string, number>) {
    const asked: [string, number][] = [];
    const countQueued = (clientId: string, limit: number) => {
      asked.push([clientId, limit]);
      return Promise.resolve(Math.min(limit, waiting[clientId] ?? 0));
    };
    return { asked, jobs: { countQueued } };
  }

  it('when many ask at once, then the queue is counted once, no further than the limit, and no more get in', async () => {
    const { asked, jobs } = counter({ acme: 5 });
    const limit = new QueueLimit({ jobs, max: 8, freshMs: 60_000 });

    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => limit.admit('acme')));

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(asked).toEqual([['acme', 8]]);
  });

  it('when the count is old, then it is made again', async () => {
    const waiting = { acme: 1 };
    const { jobs } = counter(waiting);
    const limit = new QueueLimit({ jobs, max: 1, freshMs: 0 });
    await expect(limit.admit('acme')).rejects.toMatchObject({ code: 'E601', retryAfterSeconds: 10 });

    waiting.acme = 0;

    await expect(limit.admit('acme')).resolves.toBeUndefined();
  });

  it('when the count fails, then the next to ask counts again', async () => {
    const { asked, jobs } = counter({});
    let fails = true;
    const countQueued = (...args: Parameters<typeof jobs.countQueued>) =>
      fails ? Promise.reject(new Error('away')) : jobs.countQueued(...args);
    const limit = new QueueLimit({ jobs: { countQueued }, max: 1, freshMs: 60_000 });
    await expect(limit.admit('acme')).rejects.toThrow('away');

    fails = false;

    await expect(limit.admit('acme')).resolves.toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it('when there is no limit, then nothing is counted', async () => {
    const { asked, jobs } = counter({ acme: 1_000_000 });

    await new QueueLimit({ jobs, max: 0 }).admit('acme');

    expect(asked).toEqual([]);
  });
});
