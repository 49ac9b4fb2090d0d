import type { RequestHandler, Response } from 'express';
import { AppError } from '../errors.js';
import { streamResponse } from '../http/stream-response.js';
import { isTerminal } from '../jobs/job-states.js';
import type { Metrics } from '../observability/metrics.js';
import type { ClientPlaces } from './client-places.js';
import type { EventRepository } from './event-repository.js';
import { streamEvents } from './event-stream.js';
import type { JobWatch } from './job-watch.js';
import { noSuchEvent, readLastEventId, type EventsQuery } from './last-event-id.js';
import type { Semaphore } from './semaphore.js';

export interface EventControllerParts {
  readonly events: EventRepository;
  readonly watch: JobWatch;
  /** Bounds the streams' reads at once: a thousand of them may wake together. */
  readonly reads: Semaphore;
  /** Of the streams that are open. */
  readonly places: ClientPlaces;
  readonly metrics: Pick<Metrics, 'eventStreams'>;
  /** Milliseconds of silence after which a comment is sent. */
  readonly heartbeatMs?: number;
  /** Milliseconds for which a client may take nothing. */
  readonly stallMs?: number;
}

const HEARTBEAT_MS = 15_000;
const STALL_MS = 60_000;
/** When there are too many streams: seconds until a client tries again. */
const RETRY_AFTER_SECONDS = 10;

type StreamHandler = RequestHandler<{ id: string }, unknown, unknown, EventsQuery>;

/** The event streams. What they are asked for has been validated. */
export class EventController {
  constructor(private readonly parts: EventControllerParts) {}

  /** Server-sent events of one job, from its first or after the last that the client has seen. */
  readonly stream: StreamHandler = async (request, response) => {
    const { id } = request.params;
    const after = readLastEventId(request);
    const { status, lastEventSeq, statusSeq } = await this.findPosition(id, response.locals.clientId);
    if (after > lastEventSeq) throw noSuchEvent();
    if (isTerminal(status) && after >= (statusSeq ?? lastEventSeq)) {
      // Tells an EventSource not to ask again.
      response.status(204).end();
      return;
    }
    if (request.method === 'HEAD') {
      setHeaders(response);
      response.end();
      return;
    }
    await this.send(response, id, after);
  };

  private async send(response: Response, jobId: string, after: number): Promise<void> {
    const { events, watch, reads, places, metrics, heartbeatMs = HEARTBEAT_MS, stallMs = STALL_MS } = this.parts;
    const giveBack = places.take(response.locals.clientId);
    if (!giveBack) {
      throw new AppError('E601', 'Too many event streams are open; try again later.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    metrics.eventStreams.inc();
    const subscription = watch.open(jobId, after);
    response.once('close', () => {
      subscription.close();
    });
    try {
      const listAfter: EventRepository['listAfter'] = (...range) => reads.run(() => events.listAfter(...range));
      const chunks = streamEvents(subscription, after, { events: { listAfter }, heartbeatMs });
      await streamResponse(response, chunks, () => setHeaders(response), stallMs);
    } finally {
      subscription.close();
      giveBack();
      metrics.eventStreams.dec();
    }
  }

  private async findPosition(jobId: string, clientId: string) {
    const { events, reads } = this.parts;
    const position = await reads.run(() => events.findPosition(jobId, clientId));
    if (!position) throw new AppError('E501', 'There is no such job.');
    return position;
  }
}

function setHeaders(response: Response): void {
  response.set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    // A stream that has ended was long; nothing is gained by keeping its connection, least of all at the end of the process.
    Connection: 'close',
  });
}
