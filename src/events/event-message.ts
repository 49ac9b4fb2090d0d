import { isTerminal } from '../jobs/job-states.js';
import type { JobEvent } from './event-repository.js';

export const EVENT_NAMES = ['state', 'progress', 'complete', 'failed', 'cancelled'] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/** What an event carries as its data. */
export interface EventData extends Pick<JobEvent, 'status' | 'previousStatus' | 'stage' | 'percent' | 'occurredAt'> {
  readonly jobId: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly retryCount?: number;
  readonly nextAttemptAt?: Date;
}

/** Milliseconds after which a browser whose stream broke off asks for the rest. */
const RETRY_MS = 2_000;

/** The first words of a stream. */
export const OPENING = `retry: ${RETRY_MS}\n\n`;
/** A comment: keeps proxies from taking a silent stream for a dead one. */
export const HEARTBEAT = ': keep-alive\n\n';

/** Whether the event brought the job to its end, so that none follows. */
export function isLast({ status, previousStatus }: JobEvent): boolean {
  return status !== previousStatus && isTerminal(status);
}

/** The event as https://html.spec.whatwg.org/multipage/server-sent-events.html has it. */
export function toMessage(jobId: string, event: JobEvent): string {
  return `id: ${event.seq}\nevent: ${nameOf(event)}\ndata: ${JSON.stringify(toData(jobId, event))}\n\n`;
}

function nameOf(event: JobEvent): EventName {
  if (event.status === event.previousStatus) return 'progress';
  switch (event.status) {
    case 'COMPLETE':
    case 'PARTIAL_COMPLETE':
      return 'complete';
    case 'FAILED':
    case 'RETRY_FAILED':
      return 'failed';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'state';
  }
}

function toData(jobId: string, event: JobEvent): EventData {
  const { status, previousStatus, stage, percent, occurredAt } = event;
  const { errorCode, errorMessage, retryCount, nextAttemptAt } = event;
  return {
    jobId,
    status,
    previousStatus,
    stage,
    percent,
    occurredAt,
    ...(errorCode !== null && { errorCode }),
    ...(errorMessage !== null && { errorMessage }),
    ...(retryCount !== null && { retryCount }),
    ...(nextAttemptAt !== null && { nextAttemptAt }),
  };
}
