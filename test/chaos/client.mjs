import { setTimeout as delay } from 'node:timers/promises';
import { DOCUMENTS } from './documents.mjs';
import { Random } from './random.mjs';

const REQUEST_LIMIT_MS = 30_000;
const PAUSE_MS = 300;
const CALLERS = 6;
/** Enough that a job is not given up only because its workers were killed so often. */
const MAX_RETRIES = 10;

/**
 * A submission that was answered with 200.
 *
 * @typedef {object} Accepted
 * @property {string} id
 * @property {string} marker
 * @property {boolean} converts
 * @property {boolean} keyed whether it was sent with an Idempotency-Key
 * @property {boolean} cancelled whether a cancellation of it was answered with 200
 * @property {boolean} deleted whether a deletion of it was answered with 204
 */

/** Clients that submit documents, repeat what was refused or lost, and cancel or delete a few. */
export class ChaosClients {
  /** @type {Accepted[]} */
  accepted = [];
  /** Answers and losses by kind. @type {Record<string, number>} */
  answers = {};
  /** What no client should ever be told. @type {string[]} */
  unexpected = [];
  #submitted = 0;
  #signal = AbortSignal.abort();

  /**
   * @param {object} parts
   * @param {number} parts.seed
   * @param {readonly import('./service.mjs').ServiceProcess[]} parts.webs
   * @param {number} parts.jobs
   * @param {number} parts.spreadMs time over which they are submitted
   */
  constructor({ seed, webs, jobs, spreadMs }) {
    this.seed = seed;
    this.random = new Random(seed);
    this.webs = webs;
    this.jobs = jobs;
    this.spreadMs = spreadMs;
  }

  /**
   * Resolves when every document was accepted.
   *
   * @param {AbortSignal} signal gives up; what was not accepted by then is unexpected
   */
  async run(signal) {
    this.#signal = signal;
    const began = Date.now();
    await Promise.all(Array.from({ length: CALLERS }, () => this.#call(began)));
  }

  /** @param {number} began */
  async #call(began) {
    while (this.#submitted < this.jobs && !this.#signal.aborted) {
      const number = this.#submitted++;
      const due = began + (number / this.jobs) * this.spreadMs;
      if (due > Date.now()) await delay(due - Date.now());
      // Of its own, so that what is sent does not depend on whose turn it was.
      const random = new Random(this.seed + number);
      const job = await this.#submit(`chaos-${String(number).padStart(6, '0')}`, random);
      if (job === undefined) return;
      const fate = random.fraction();
      if (fate < 0.03) await this.#cancel(job, random.between(0, 1_500));
      else if (fate < 0.04) await this.#delete(job, random.between(0, 1_500));
    }
  }

  /**
   * @param {string} marker
   * @param {Random} random
   */
  async #submit(marker, random) {
    const { name, content, converts } = await random.pickWeighted(DOCUMENTS)(marker);
    const keyed = random.fraction() < 0.5;
    const answer = await this.#insist('submit', 200, '/api/v1/process', () => {
      const body = new FormData();
      body.set('sessionId', 'chaos');
      body.set('maxRetries', String(MAX_RETRIES));
      body.set('file', new Blob([content]), name);
      return { method: 'POST', body, headers: keyed ? { 'Idempotency-Key': `"${marker}"` } : {} };
    });
    if (answer === undefined) return undefined;
    const job = { id: answer.jobId, marker, converts, keyed, cancelled: false, deleted: false };
    this.accepted.push(job);
    return job;
  }

  /**
   * @param {Accepted} job
   * @param {number} afterMs
   */
  async #cancel(job, afterMs) {
    await delay(afterMs);
    const answer = await this.#insist(
      'cancel',
      200,
      `/api/v1/jobs/${job.id}/cancel`,
      () => ({ method: 'POST' }),
      [409],
    );
    job.cancelled = answer?.status === 'CANCELLED';
  }

  /**
   * @param {Accepted} job
   * @param {number} afterMs
   */
  async #delete(job, afterMs) {
    await delay(afterMs);
    // A deletion whose answer was lost is repeated, and then finds nothing.
    const answer = await this.#insist('delete', 204, `/api/v1/jobs/${job.id}`, () => ({ method: 'DELETE' }), [404]);
    job.deleted = answer !== undefined;
  }

  /**
   * Repeats a request until it is answered as wanted, or with one of the `others`; undefined when it never was.
   *
   * @param {string} what
   * @param {number} wanted
   * @param {string} path
   * @param {() => RequestInit} makeRequest
   * @param {readonly number[]} [others]
   */
  async #insist(what, wanted, path, makeRequest, others = []) {
    while (!this.#signal.aborted) {
      const url = this.random.pick(this.webs.flatMap((web) => web.url ?? []));
      if (url !== undefined) {
        const { status, body } = await this.#send(url + path, makeRequest());
        this.#count(`${what}: ${status}${body.code ? ` ${body.code}` : ''}`);
        if (status === wanted || others.includes(Number(status))) return body;
        // Lost connections, refusals that pass, and a twin still under way may be tried again; nothing else.
        if (status !== 'lost' && status !== 503 && status !== 409 && this.unexpected.length < 20) {
          this.unexpected.push(`${what} was answered ${status}: ${JSON.stringify(body)}`);
        }
      }
      await delay(PAUSE_MS);
    }
    this.unexpected.push(`${what} was not answered as it should be in time: ${path}`);
    return undefined;
  }

  /**
   * @param {string} url
   * @param {RequestInit} request
   */
  async #send(url, request) {
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
      const text = await response.text();
      return { status: response.status, body: text ? JSON.parse(text) : {} };
    } catch {
      return { status: 'lost', body: {} };
    }
  }

  /** @param {string} kind */
  #count(kind) {
    this.answers[kind] = (this.answers[kind] ?? 0) + 1;
  }
}
