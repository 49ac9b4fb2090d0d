import { decodeCursor, encodeCursor } from '../../../src/jobs/page-cursor.js';

const SCOPE = ['history', 'local', 'session', null];
const POSITION = { createdAt: '2026-01-31 10:20:30.123456+00', id: '01900000-0000-7000-8000-000000000000' };

const forge = (payload: unknown) => Buffer.from(JSON.stringify(payload)).toString('base64url');
const forgeWith = (createdAt: unknown, id: unknown) => {
  const [version, digest] = JSON.parse(Buffer.from(encodeCursor(SCOPE, POSITION), 'base64url').toString()) as unknown[];
  return forge([version, digest, createdAt, id]);
};

describe('page cursors', () => {
  it('when a cursor is read with its own filters, then it is the place, to the microsecond', () => {
    expect(decodeCursor(SCOPE, encodeCursor(SCOPE, POSITION))).toEqual(POSITION);
    expect(encodeCursor(SCOPE, POSITION)).toMatch(/^[\w-]+$/);
  });

  it.each([
    '2026-01-31 10:20:30+00',
    '2026-01-31 10:20:30.1+05:30',
    '1999-12-31 23:59:59.999999-11',
    '0001-01-01 00:00:00+00',
  ])('when the place is at %s, then it is taken', (createdAt) => {
    expect(decodeCursor(SCOPE, forgeWith(createdAt, POSITION.id)).createdAt).toBe(createdAt);
  });

  it.each([
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('garbage').toString('base64url')],
    ['null', forge(null)],
    ['an object', forge({})],
    ['an empty list', forge([])],
    ['another version', forge([2, 'x', POSITION.createdAt, POSITION.id])],
    ['a number for the time', forgeWith(1, POSITION.id)],
    ['a day that no calendar has', forgeWith('2026-02-30 00:00:00+00', POSITION.id)],
    ['the year 0', forgeWith('0000-01-01 00:00:00+00', POSITION.id)],
    ['an hour that no clock has', forgeWith('2026-01-01 24:00:00+00', POSITION.id)],
    ['infinity', forgeWith('infinity', POSITION.id)],
    ['SQL for the time', forgeWith("now'; --", POSITION.id)],
    ['an id in brackets', forgeWith(POSITION.createdAt, `(${POSITION.id})`)],
    ['an id that is none', forgeWith(POSITION.createdAt, 'x')],
    ['something more', forge([1, 'x', POSITION.createdAt, POSITION.id, 'more'])],
  ])('when a cursor holds %s, then E801 names it', (_name, cursor) => {
    expect(() => decodeCursor(SCOPE, cursor)).toThrow(
      expect.objectContaining({ code: 'E801', fields: [{ field: 'cursor', reason: expect.any(String) }] }),
    );
  });

  it.each([
    ['another session', ['history', 'local', 'other', null]],
    ['another client', ['history', 'stranger', 'session', null]],
    ['a status', ['history', 'local', 'session', 'PENDING']],
    ['another list', ['jobs', 'local', 'session', null]],
  ])('when a cursor is used with %s, then E801', (_name, scope) => {
    expect(() => decodeCursor(scope, encodeCursor(SCOPE, POSITION))).toThrow(
      expect.objectContaining({ fields: [{ field: 'cursor', reason: 'belongs to a query with other filters' }] }),
    );
  });
});
