import type { Response } from 'express';
import { ClientGoneError } from '../http/request-errors.js';
import { isTerminal, type JobStatus } from '../jobs/job-states.js';
import type { Metrics } from '../observability/metrics.js';
import type { ClientPlaces } from './client-places.js';
import type { JobSubscription, Outcome } from './job-subscription.js';
import type { JobWatch } from './job-watch.js';
import { preferredWait } from './prefer-wait.js';

export interface JobWaitsParts {
  readonly watch: JobWatch;
  /** Of the requests that are held; one more is answered straight away, as a preference may be. */
  readonly places: ClientPlaces;
  readonly metrics: Pick<Metrics, 'requestsHeld'>;
}

/** Holds requests whose client prefers to wait for the end of a job. Takes no connection while it waits. */
export class JobWaits {
  constructor(private readonly parts: JobWaitsParts) {}

  /**
   * Resolves with the job's status as last seen: when it is terminal, when the time that the request
   * prefers is up, when the job is gone, or at the end of the process. Undefined, and at once, when the
   * request was not held at all.
   *
   * @throws ClientGoneError when the client hangs up meanwhile.
   */
  async hold(response: Response, jobId: string, status: JobStatus): Promise<JobStatus | undefined> {
    const { places, metrics, watch } = this.parts;
    response.vary('Prefer');
    const seconds = preferredWait(response.req.get('Prefer'));
    if (seconds === undefined) return undefined;
    const isOver = seconds === 0 || isTerminal(status);
    const giveBack = isOver ? undefined : places.take(response.locals.clientId);
    if (isOver || giveBack) response.set('Preference-Applied', `wait=${seconds}`);
    if (!giveBack) return undefined;
    const subscription = watch.open(jobId, 0);
    const close = () => {
      subscription.close();
    };
    response.once('close', close);
    // A client that has gone already gets no event for that any more.
    if (response.destroyed) close();
    metrics.requestsHeld.inc();
    try {
      const outcome = await untilTerminal(subscription, seconds * 1_000);
      if (response.destroyed) throw new ClientGoneError();
      // The process ends: a client that kept the connection would hold that up.
      if (outcome === 'closed') response.set('Connection', 'close');
      return subscription.status ?? status;
    } finally {
      response.off('close', close);
      close();
      giveBack();
      metrics.requestsHeld.dec();
    }
  }
}

/** Answers what ended the wait; `changed`: the job is terminal. */
async function untilTerminal(subscription: JobSubscription, limitMs: number): Promise<Outcome> {
  const end = performance.now() + limitMs;
  for (;;) {
    const outcome = await subscription.next(Math.max(0, end - performance.now()));
    if (outcome !== 'changed') return outcome;
    if (subscription.status !== undefined && isTerminal(subscription.status)) return outcome;
  }
}
