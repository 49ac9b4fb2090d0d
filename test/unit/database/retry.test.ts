import { isWorthRepeating } from '../../../src/database/retry.js';
import { AnswerLost, toAppError, toConnectError } from '../../../src/database/sqlstate.js';

const failure = (code: string | undefined, message = 'failed') => Object.assign(new Error(message), code && { code });

describe('sending a statement once more', () => {
  test.each(['40001', '40P01', '25006'])(
    'when the server undid it (%s), then it is worth it, whatever it is',
    (state) => {
      expect(isWorthRepeating(toAppError(failure(state)), false)).toBe(true);
      expect(toAppError(failure(state))).not.toBeInstanceOf(AnswerLost);
    },
  );

  test.each([
    ['57P01', undefined],
    ['57P02', undefined],
    ['57P03', undefined],
    ['ECONNRESET', undefined],
    ['EPIPE', undefined],
    [undefined, 'Connection terminated unexpectedly'],
  ])('when its connection was lost (%s %s), then only where repeating does no harm', (code, message) => {
    const error = toAppError(failure(code, message));

    expect(error).toBeInstanceOf(AnswerLost);
    expect(isWorthRepeating(error, true)).toBe(true);
    expect(isWorthRepeating(error, false)).toBe(false);
  });

  test.each([
    ['57014', undefined],
    ['23505', undefined],
    ['53300', undefined],
    ['DJ701', undefined],
    [undefined, 'Query read timeout'],
  ])('when it failed otherwise (%s %s), then it is not', (code, message) => {
    expect(isWorthRepeating(toAppError(failure(code, message)), true)).toBe(false);
  });

  test('when it ran out of time on this side only, then what became of it is not known', () => {
    expect(toAppError(failure(undefined, 'Query read timeout'))).toBeInstanceOf(AnswerLost);
    expect(toAppError(failure('57014'))).not.toBeInstanceOf(AnswerLost);
  });

  test('when there was no connection to send it on, then it has certainly not run', () => {
    const refused = toConnectError(failure('ECONNREFUSED'));

    expect(refused).toMatchObject({ code: 'E401', retryAfterSeconds: 2 });
    expect(refused).not.toBeInstanceOf(AnswerLost);
    expect(isWorthRepeating(refused, true)).toBe(false);
  });

  test('when it is no failure of the database, then it is not', () => {
    expect(isWorthRepeating(new Error('bug'), true)).toBe(false);
  });
});
