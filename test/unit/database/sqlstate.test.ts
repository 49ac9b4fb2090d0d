import { toAppError } from '../../../src/database/sqlstate.js';
import { AppError } from '../../../src/errors.js';

const failure = (code: string | undefined, message = 'failed') => Object.assign(new Error(message), code && { code });

describe('what a failed statement means', () => {
  test.each([
    ['08006', 'E401'],
    ['08P01', 'E401'],
    ['25006', 'E401'],
    ['28P01', 'E401'],
    ['53300', 'E401'],
    ['57P01', 'E401'],
    ['57P03', 'E401'],
    ['57014', 'E402'],
    ['55P03', 'E402'],
    ['40001', 'E403'],
    ['40P01', 'E403'],
    ['23505', 'E403'],
    ['22P02', 'E403'],
    ['42501', 'E403'],
    ['DJ701', 'E701'],
    ['ECONNREFUSED', 'E401'],
    ['ECONNRESET', 'E401'],
    ['EPIPE', 'E401'],
  ])('when its code is %s, then it is %s', (state, code) => {
    expect(toAppError(failure(state))).toMatchObject({ code });
  });

  test.each([
    ['Connection terminated unexpectedly', 'E401'],
    ['Client has encountered a connection error and is not queryable', 'E401'],
    ['Query read timeout', 'E402'],
  ])('when pg only says "%s", then it is %s', (message, code) => {
    expect(toAppError(failure(undefined, message))).toMatchObject({ code });
  });

  test('when it is a bug in a statement, or no database error at all, then it stays what it is', () => {
    const bug = failure('42703', 'column does not exist');
    const known = new AppError('E501', 'no such job');

    expect(toAppError(bug)).toBe(bug);
    expect(toAppError(known)).toBe(known);
    expect(toAppError('text')).toBe('text');
  });

  test('when the server tells of the row that it refused, then that is forgotten, for it goes into the log', () => {
    const refusal = Object.assign(new Error('violates check constraint'), {
      code: '23514',
      constraint: 'jobs_session_id_not_empty',
      detail: 'Failing row contains (a secret).',
    });

    const { cause } = toAppError(refusal) as AppError;

    expect(cause).toMatchObject({ constraint: 'jobs_session_id_not_empty' });
    expect(cause).not.toHaveProperty('detail');
  });

  test('when the database is away, then the caller is told when to come back, and nothing of the server', () => {
    const error = toAppError(failure('57P01', 'terminating connection of 10.0.0.7')) as AppError;

    expect(error.retryAfterSeconds).toBeGreaterThan(0);
    expect(error.message).not.toContain('10.0.0.7');
    expect(error.cause).toBeInstanceOf(Error);
  });
});
