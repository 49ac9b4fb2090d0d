import { PassThrough } from 'node:stream';
import { Health, type HealthCheck } from '../../../src/http/health.js';
import { createLogger } from '../../../src/observability/logger.js';

const up = (name: string): HealthCheck => ({ name, critical: true, check: () => Promise.resolve() });
const down = (name: string, critical: boolean): HealthCheck => ({
  name,
  critical,
  check: () => Promise.reject(new Error(`${name} is away`)),
});

function capture() {
  const output = new PassThrough();
  const logger = createLogger({ level: 'info', service: 'test', output, readable: false });
  return { logger, text: () => (output.read() as Buffer | null)?.toString() ?? '' };
}

describe('Health', () => {
  it.each([
    ['ok', [up('a'), up('b')]],
    ['degraded', [up('a'), down('b', false)]],
    ['unavailable', [down('a', true), down('b', false)]],
    ['ok', []],
  ] as const)('when the checks say so, then the status is %s', async (status, checks) => {
    const report = await new Health(checks, { logger: capture().logger }).report();

    expect(report.status).toBe(status);
    expect(Object.keys(report.dependencies)).toEqual(checks.map(({ name }) => name));
  });

  it('when many ask at once or soon after, then each check runs once', async () => {
    let runs = 0;
    const check = { ...up('a'), check: () => Promise.resolve(void (runs += 1)) };
    const health = new Health([check], { logger: capture().logger, cacheMs: 60_000 });

    await Promise.all([health.report(), health.report(), health.report()]);
    await health.report();

    expect(runs).toBe(1);
  });

  it('when a report is too old, then the checks run again', async () => {
    let runs = 0;
    const check = { ...up('a'), check: () => Promise.resolve(void (runs += 1)) };
    const health = new Health([check], { logger: capture().logger, cacheMs: 0 });

    await health.report();
    await health.report();

    expect(runs).toBe(2);
  });

  it('when a check does not answer, then it counts as down after the time limit', async () => {
    const hanging = { ...up('a'), check: () => new Promise<void>(() => undefined) };

    const report = await new Health([hanging], { logger: capture().logger, timeoutMs: 10 }).report();

    expect(report.dependencies['a']?.status).toBe('down');
  });

  it('when a dependency goes down and comes up, then each change is logged once, with its reason', async () => {
    const { logger, text } = capture();
    let failing = true;
    const check = { ...up('a'), check: () => (failing ? Promise.reject(new Error('refused')) : Promise.resolve()) };
    const health = new Health([check], { logger, cacheMs: 0 });

    await health.report();
    await health.report();
    failing = false;
    await health.report();
    await health.report();

    const lines = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        dependency: 'a',
        error: expect.objectContaining({ message: 'refused' }),
      }),
      expect.objectContaining({ level: 'info', dependency: 'a' }),
    ]);
  });
});
