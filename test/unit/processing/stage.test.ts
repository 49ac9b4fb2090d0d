import { percentAt, retryStatusFor, STAGES, type Stage } from '../../../src/processing/stage.js';
import { processingLimitMs } from '../../../src/processing/time-limits.js';
import { JOB_TRANSITIONS } from '../../../src/jobs/job-states.js';

describe('stages', () => {
  test('when a stage goes on, then the percent does, from the end of the one before to the start of the next', () => {
    const stages = Object.keys(STAGES) as Stage[];

    const percents = stages.flatMap((stage) => [-1, 0, 0.5, 1, 7].map((fraction) => percentAt(stage, fraction)));

    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect([percents[0], percents.at(-1)]).toEqual([0, 100]);
  });

  test('when a stage fails, then its retry state is one that the status may enter', () => {
    for (const stage of Object.keys(STAGES) as Stage[]) {
      for (const status of ['UPLOADING', 'PROCESSING'] as const) {
        expect(JOB_TRANSITIONS[status]).toContain(retryStatusFor(stage, status));
      }
    }
  });

  test.each([
    [0, 60_000],
    [10 * 1024 ** 2 - 1, 60_000],
    [10 * 1024 ** 2, 180_000],
    [50 * 1024 ** 2, 300_000],
  ])('when the input has %d bytes, then it may take %d ms', (size, limitMs) => {
    expect(processingLimitMs(size)).toBe(limitMs);
  });
});
