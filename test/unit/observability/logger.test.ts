import { PassThrough } from 'node:stream';
import { AppError } from '../../../src/errors.js';
import { createLogger, type LoggerOptions } from '../../../src/observability/logger.js';

function capture(options: Partial<LoggerOptions> = {}) {
  const output = new PassThrough();
  const logger = createLogger({ level: 'info', service: 'web', output, readable: false, ...options });
  const text = () => (output.read() as Buffer | null)?.toString() ?? '';
  return { logger, text, line: () => JSON.parse(text()) as Record<string, unknown> };
}

describe('createLogger', () => {
  it('when something is logged, then it is one line of JSON with time, level, service and fields', () => {
    const { logger, text } = capture();

    logger.info('hello', { sessionId: 'a\nb', count: 3, missing: undefined });

    const written = text();
    expect(written.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(written)).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'info',
      service: 'web',
      message: 'hello',
      sessionId: 'a\nb',
      count: 3,
    });
  });

  it('when a child logs, then its fields are on the line', () => {
    const { logger, line } = capture();

    logger.child({ jobId: 'j1' }).child({ stage: 'export' }).warn('slow');

    expect(line()).toMatchObject({ service: 'web', jobId: 'j1', stage: 'export', level: 'warn' });
  });

  it('when an error is logged, then its stack, members and causes are there', () => {
    const { logger, line } = capture();
    const root = Object.assign(new Error('socket'), { code: 'ECONNRESET' });

    logger.error('failed', { error: new AppError('E401', 'away', { cause: new Error('pool', { cause: root }) }) });

    expect(line()).toMatchObject({
      message: 'failed',
      error: {
        name: 'AppError',
        message: 'away',
        code: 'E401',
        stack: expect.stringContaining('logger.test'),
        cause: { message: 'pool', cause: { message: 'socket', code: 'ECONNRESET' } },
      },
    });
  });

  it('when errors cause each other in a circle, then the line ends all the same', () => {
    const { logger, line } = capture();
    const error = new Error('round');
    error.cause = error;

    logger.error('failed', { error });

    expect(line()).toMatchObject({ error: { message: 'round' } });
  });

  it('when a driver hangs its client on an error, then only data is written', () => {
    const { logger, line } = capture();
    class Client {
      password = 'hunter2';
    }

    logger.error('failed', {
      error: Object.assign(new Error('away'), { client: new Client(), details: { tries: 2 } }),
    });

    const { error } = line() as { error: object };
    expect(error).toMatchObject({ message: 'away', details: { tries: 2 } });
    expect(error).not.toHaveProperty('client');
  });

  it('when a text holds a URL with a password, then the password is not written', () => {
    const { logger, text } = capture();

    logger.error('failed', { url: 'postgres://me:hunter2@db/x', error: new Error('at redis://:hunter2@cache') });

    const written = text();
    expect(written).not.toContain('hunter2');
    expect(written).toContain('postgres://me:***@db/x');
  });

  it('when the level is higher, or silent, then less is written', () => {
    const warn = capture({ level: 'warn' });
    const silent = capture({ level: 'silent' });

    warn.logger.info('no');
    warn.logger.warn('yes');
    silent.logger.error('no');

    expect(warn.line()).toMatchObject({ message: 'yes' });
    expect(silent.text()).toBe('');
  });

  it('when people read it, then a line is short, and an error’s stack stands below it', () => {
    const { logger, text } = capture({ readable: true });

    logger.info('request', { status: 200, route: '/x\n', none: undefined });
    logger.error('failed', { error: new Error('broken') });

    const written = text();
    expect(written).toMatch(/^[\d:.]{12} info {2}web: request status=200 route="\/x\\n"\n/);
    expect(written).toMatch(/error=\n {2}Error: broken\n {6}at /);
  });

  it.each([
    ['JSON', false],
    ['lines for people', true],
  ])('when text from outside is logged as %s, then it makes no line of its own and moves no cursor', (_, readable) => {
    const { logger, text } = capture({ readable });
    const forged = 'a\r\n12:00:00.000 info web: forged\u001b[2J\u009b2J\u0085\u2028\u2029\u202e';

    logger.warn('text', { forged, error: new Error(forged) });

    const written = text();
    expect(written).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]/);
    expect(written).not.toMatch(/^12:00:00/m);
    expect(written).toContain('forged');
    // eslint-disable-next-line jest/no-conditional-expect
    if (!readable) expect(JSON.parse(written)).toMatchObject({ forged, error: { message: forged } });
  });

  it('when a text holds an API key, then the key is not written', () => {
    const { logger, text } = capture();
    const key = `dj_${'Ab1-_'.repeat(8)}xyz`;

    logger.info('request', { requestId: key, error: new Error(`with ${key}`) });

    expect(text()).not.toContain(key);
  });
});
