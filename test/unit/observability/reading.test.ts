import { Reading, type ReadingOptions } from '../../../src/observability/reading.js';

describe('a reading', () => {
  const failures: [message: string, first: boolean][] = [];
  const reading = <T>(read: () => Promise<T>, options: Partial<ReadingOptions<T>> = {}) =>
    new Reading<T>({
      read,
      freshMs: 60_000,
      limitMs: 60_000,
      onFailure: ({ message }, first) => failures.push([message, first]),
      ...options,
    });
  beforeEach(() => failures.splice(0));

  test('when many ask at once and again soon after, then it is read once', async () => {
    let reads = 0;
    const counted = reading(() => Promise.resolve((reads += 1)));

    const answers = await Promise.all([counted.latest(), counted.latest(), counted.latest()]);

    expect([...answers, await counted.latest()]).toEqual([1, 1, 1, 1]);
  });

  test('when it is no longer fresh, then it is read anew', async () => {
    let reads = 0;
    const counted = reading(() => Promise.resolve((reads += 1)), { freshMs: 0 });

    expect([await counted.latest(), await counted.latest()]).toEqual([1, 2]);
  });

  test('when it takes too long, then nobody waits for it, and its answer serves the next', async () => {
    let answer: (value: string) => void = () => undefined;
    const late = reading(() => new Promise<string>((resolve) => (answer = resolve)), { limitMs: 1 });

    expect(await late.latest()).toBeUndefined();
    expect(await late.latest()).toBeUndefined();
    answer('at last');
    await new Promise(setImmediate);

    expect(await late.latest()).toBe('at last');
    expect(failures).toEqual([
      ['No answer within 1 ms.', true],
      ['No answer within 1 ms.', false],
    ]);
  });

  test('when it fails, then it is unknown, or what it was where that still holds; and it is told of anew after a success', async () => {
    const outcomes = ['one', 'two', undefined, undefined, 'three', undefined];
    const read = (kept: boolean) => {
      const left = [...outcomes];
      const next = () => {
        const outcome = left.shift();
        return outcome === undefined ? Promise.reject(new Error('away')) : Promise.resolve(outcome);
      };
      return reading(next, { freshMs: 0, keepsLast: kept });
    };
    const ask = async (from: Reading<string>) => {
      const answers: unknown[] = [];
      while (answers.length < outcomes.length) answers.push(await from.latest());
      return answers;
    };

    expect(await ask(read(false))).toEqual(['one', 'two', undefined, undefined, 'three', undefined]);
    expect(await ask(read(true))).toEqual(['one', 'two', 'two', 'two', 'three', 'three']);
    expect(failures.slice(0, 3).map(([, first]) => first)).toEqual([true, false, true]);
  });
});
