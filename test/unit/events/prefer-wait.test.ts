import { preferredWait } from '../../../src/events/prefer-wait.js';

describe('preferredWait', () => {
  test.each([
    ['wait=10', 10],
    ['WAIT = 10', 10],
    ['wait="10"', 10],
    ['wait=0', 0],
    ['wait=61', 60],
    ['wait=999999999', 60],
    ['respond-async, wait=5', 5],
    ['wait=5, respond-async', 5],
    ['wait=5; foo=bar, return=minimal', 5],
    ['note="a, wait=7", wait=5', 5],
    ['note="a \\" , wait=7", wait=5', 5],
    ['wait=soon, wait=5', 5],
    ['wait=3, wait=5', 3],
    ['???, wait=5', 5],
    [',, wait=5', 5],
  ])('when the header is %j, then it is %i seconds', (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });

  test.each([
    undefined,
    '',
    'wait',
    'wait=',
    'wait=-1',
    'wait=1.5',
    'wait=1s',
    'wait=1 2',
    'wait=9999999999',
    'await=5',
    'note="wait=5"',
    `wait=5${' '.repeat(1_000)}`,
  ])('when the header is %j, then none is preferred', (header) => {
    expect(preferredWait(header)).toBeUndefined();
  });
});
