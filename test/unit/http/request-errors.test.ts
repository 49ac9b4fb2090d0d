import { AppError } from '../../../src/errors.js';
import { asAppError, ClientGoneError, isClientGone } from '../../../src/http/request-errors.js';

const bodyError = (type: string) => Object.assign(new Error('from body-parser'), { type });

describe('asAppError', () => {
  it('when an error is expected, then it stays itself', () => {
    const error = new AppError('E501', 'There is no such job.');

    expect(asAppError(error)).toBe(error);
  });

  it.each([
    ['entity.parse.failed', 'E802'],
    ['entity.too.large', 'E001'],
    ['encoding.unsupported', 'E002'],
    ['charset.unsupported', 'E002'],
    ['request.size.invalid', 'E802'],
    ['something.new', 'E901'],
  ])('when body-parser answers %s, then %s', (type, code) => {
    expect(asAppError(bodyError(type))).toMatchObject({ code, cause: { type } });
  });

  it.each([[new Error('bug')], [new TypeError('x')], ['text'], [null], [undefined], [{ status: 404 }]])(
    'when %p was not foreseen, then E901 keeps it as the cause',
    (thrown) => {
      const error = asAppError(thrown);

      expect(error.code).toBe('E901');
      expect(error.cause).toBe(thrown);
    },
  );
});

describe('isClientGone', () => {
  it.each([
    [new ClientGoneError(), true],
    [bodyError('request.aborted'), true],
    [Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }), true],
    [new AppError('E401', 'away'), false],
    [Object.assign(new Error('to the database'), { code: 'ECONNRESET' }), false],
    [null, false],
  ])('when the error is %p, then %p', (error, gone) => {
    expect(isClientGone(error)).toBe(gone);
  });
});
