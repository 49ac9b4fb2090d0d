import { Semaphore } from '../../../src/events/semaphore.js';

describe('Semaphore', () => {
  test('when more work comes than may run, then the rest waits in its order, also when work fails', async () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = [0, 1, 2, 3].map((index) =>
      semaphore
        .run(async () => {
          begun.push(index);
          await new Promise<void>((resolve) => (ends[index] = resolve));
          if (index === 0) throw new Error('failed');
          return index;
        })
        .catch((error: unknown) => String(error)),
    );

    expect(begun).toEqual([0, 1]);
    ends[0]!();
    expect(await work[0]).toBe('Error: failed');
    expect(begun).toEqual([0, 1, 2]);
    ends[1]!();
    await work[1];
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]!();
    ends[3]!();

    expect(await Promise.all(work)).toEqual(['Error: failed', 1, 2, 3]);
    await expect(semaphore.run(() => Promise.resolve('free'))).resolves.toBe('free');
  });
});
