import { Joi } from 'celebrate';
import type { Request } from 'express';
import { AppError } from '../errors.js';
import { saying } from '../http/openapi/joi-schema.js';

/** Of `job_events.seq`. */
const MAX_SEQ = 2 ** 31 - 1;

export interface EventsQuery {
  /** For clients that cannot set a header. */
  readonly lastEventId?: string;
}

/** Its content is judged together with that of the header that it stands for. */
export const eventsSchema = Joi.object<EventsQuery>({
  lastEventId: saying(Joi.string(), { pattern: '^[0-9]{1,10}$' })
    .description('As `Last-Event-ID`, for clients that cannot set a header. The header wins.')
    .example('1'),
});

/**
 * The number of the last event that the client has seen; 0 when it has seen none. The header wins: on
 * a reconnect it is the newer one.
 *
 * @throws AppError E801 when it is no such number.
 */
export function readLastEventId(
  request: Pick<Request<unknown, unknown, unknown, EventsQuery>, 'get' | 'query'>,
): number {
  const header = request.get('Last-Event-ID');
  if (header) return parse(header, 'Last-Event-ID');
  const { lastEventId } = request.query;
  return lastEventId === undefined ? 0 : parse(lastEventId, 'lastEventId');
}

/** What a client is told that names an event which its job does not have. */
export function noSuchEvent(field = 'Last-Event-ID'): AppError {
  const reason = 'must be the id of an event of this job';
  return new AppError('E801', `${field} ${reason}.`, { fields: [{ field, reason }] });
}

function parse(text: string, field: string): number {
  const seq = /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  if (seq > MAX_SEQ) throw noSuchEvent(field);
  return seq;
}
