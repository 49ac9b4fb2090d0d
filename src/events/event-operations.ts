import { REQUEST_HEADERS, X_ACCEL_BUFFERING } from '../http/openapi/headers.js';
import type { Answer, Operation } from '../http/openapi/operation.js';
import { ERROR_CODE } from '../http/openapi/problems.js';
import { count, dateTime, namedSchema, nullable, objectOf, text, uuid } from '../http/openapi/schema.js';
import { API } from '../http/paths.js';
import { jobParams } from '../http/validation.js';
import { JOB_STATUS, PERCENT, STAGE } from '../jobs/job-view-schema.js';
import { EVENT_NAMES, OPENING, type EventData } from './event-message.js';
import { eventsSchema, type EventsQuery } from './last-event-id.js';

const JOB_EVENT = namedSchema('JobEvent', {
  description: 'The data of an event.',
  ...objectOf<EventData>(
    {
      jobId: uuid,
      status: JOB_STATUS,
      previousStatus: nullable(JOB_STATUS),
      stage: nullable(STAGE),
      percent: PERCENT,
      occurredAt: dateTime,
      errorCode: ERROR_CODE,
      errorMessage: text,
      retryCount: count,
      nextAttemptAt: dateTime,
    },
    { optional: ['errorCode', 'errorMessage', 'retryCount', 'nextAttemptAt'] },
  ),
});

const FIRST_EVENT = {
  jobId: '0192d3f4-0000-7abc-8def-000000000001',
  status: 'PENDING',
  previousStatus: null,
  stage: null,
  percent: 0,
  occurredAt: '2026-08-01T10:00:00.000Z',
};

const answers: Readonly<Record<number, Answer>> = {
  200: {
    description: 'The events so far, and those to come.',
    headers: { 'X-Accel-Buffering': X_ACCEL_BUFFERING },
    content: {
      'text/event-stream': {
        schema: { ...text, description: `Events by the names ${EVENT_NAMES.join(', ')}; their data is a JobEvent.` },
        items: JOB_EVENT,
        examples: { begin: `${OPENING}id: 1\nevent: state\ndata: ${JSON.stringify(FIRST_EVENT)}\n\n` },
      },
    },
  },
  204: { description: 'The client has seen all events, and no more will come: an `EventSource` stops.' },
};

/** Both paths of the stream: by its job, and by the call that made the job. */
export const streamEvents: readonly Operation<{ id: string }, EventsQuery>[] = (['jobs', 'process'] as const).map(
  (parent) => ({
    method: 'get',
    path: `${API}/${parent}/:id/events`,
    id: parent === 'jobs' ? 'streamJobEvents' : 'streamProcessEvents',
    tag: 'Events',
    summary: parent === 'jobs' ? 'Follow a job' : 'Follow a job (by another name)',
    description:
      'Server-sent events, from the first or after the last that the client has seen. The stream ends with the job. Behind it is the job’s audit trail: nothing is lost or repeated when it breaks off.',
    params: jobParams,
    query: eventsSchema,
    headers: [REQUEST_HEADERS.lastEventId],
    answers,
  }),
);
