import { findGaps, parseSegment, readFork, segmentName } from '../../../src/operations/point-in-time/wal-segments.js';

const run = (timeline: number, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => segmentName(timeline, from + index));

test('when a segment is named, then its name reads back, across the parts of 4 GB too', () => {
  expect(segmentName(1, 0x1ff)).toBe('0000000100000001000000FF');
  expect(segmentName(1, 0x200)).toBe('000000010000000200000000');
  expect(parseSegment('0000000100000001000000FF')).toMatchObject({ timeline: 1, number: 0x1ff });
});

test.each(['', '00000001000000010000FF', '0000000100000001000000FF.partial', '000000010000000100000100'])(
  'when a name is "%s", then it is none of a segment of 16 MB',
  (name) => {
    expect(() => parseSegment(name)).toThrow(RangeError);
  },
);

describe('gaps', () => {
  const needed = [segmentName(1, 3), segmentName(1, 4)];

  test('when every segment from the first backup on is there, then there is none', () => {
    expect(findGaps(run(1, 3, 600), needed)).toEqual([]);
  });

  test('when segments are missing, then they are named, the first five of them', () => {
    const archived = run(1, 3, 600).filter((name) => ![5, 255, 256].map((n) => segmentName(1, n)).includes(name));

    expect(findGaps(archived, needed)).toEqual([
      '3 of the WAL segments of timeline 1 are missing: 000000010000000000000005, 0000000100000000000000FF, 000000010000000100000000',
    ]);
    expect(findGaps([...run(1, 3, 4), ...run(1, 20, 21)], needed)[0]).toMatch(/^15 .* and 10 more$/);
  });

  test('when what is missing is older than every backup, then it has expired', () => {
    expect(findGaps([segmentName(1, 1), ...run(1, 3, 9)], needed)).toEqual([]);
  });

  test('when a backup’s own segments are missing at either end, then that is a gap', () => {
    expect(findGaps(run(1, 4, 9), needed)).toHaveLength(1);
    expect(findGaps(run(1, 3, 3), needed)).toHaveLength(1);
    expect(findGaps([], needed)).toEqual([expect.stringContaining('no segment of the timeline')]);
  });

  test('when a timeline does not begin with its fork, then that is a gap', () => {
    const forks = new Map([[2, { parent: 1, number: 8 }]]);

    expect(findGaps([...run(1, 3, 9), ...run(2, 8, 12)], needed, forks)).toEqual([]);
    expect(findGaps([...run(1, 3, 9), ...run(2, 9, 12)], needed, forks)).toEqual([
      expect.stringContaining('timeline 2 are missing: 000000020000000000000008'),
    ]);
  });

  test('when the fork is older than every backup, then what it began with has expired', () => {
    const forks = new Map([[2, { parent: 1, number: 8 }]]);

    expect(findGaps(run(2, 20, 30), [segmentName(2, 20)], forks)).toEqual([]);
  });
});

test('when a history is read, then its last fork tells parent and segment', () => {
  expect(readFork('1\t0/A000198\tbefore 2026-11-24\n\n2\t1/2000000\tno recovery target specified\n')).toEqual({
    parent: 2,
    number: 0x102,
  });
  expect(readFork('# nothing\n')).toBeUndefined();
});
