import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** The receiver of a webhook of Alertmanager: knows which alerts are firing at the moment. */
export class AlertReceiver {
  /** Fingerprints of what fires, by the alert's name. @type {Map<string, Set<string>>} */
  #firing = new Map();
  /** What callers have to show. */
  token = randomBytes(16).toString('hex');
  /** What came without it. */
  refused = 0;
  port = 0;
  #server = createServer((request, response) => void this.#take(request, response));

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  /** @param {string} name */
  isFiring(name) {
    return (this.#firing.get(name)?.size ?? 0) > 0;
  }

  /** Names of all alerts that fire. */
  firing() {
    return [...this.#firing.keys()].filter((name) => this.isFiring(name)).sort();
  }

  /**
   * Seconds until the alert fires, or does not any more; undefined when that did not come about in time.
   *
   * @param {string} name
   * @param {boolean} wanted
   * @param {{ limitMs: number, signal: AbortSignal }} options
   */
  async until(name, wanted, { limitMs, signal }) {
    const began = performance.now();
    while (performance.now() - began < limitMs) {
      signal.throwIfAborted();
      if (this.isFiring(name) === wanted) return (performance.now() - began) / 1_000;
      await delay(POLL_MS);
    }
    return undefined;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async #take(request, response) {
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      this.refused += 1;
      response.writeHead(401).end();
      return;
    }
    const { alerts } =
      /** @type {{ alerts: { status: string, fingerprint: string, labels: { alertname: string } }[] }} */ (
        await json(request)
      );
    for (const { status, fingerprint, labels } of alerts) {
      const instances = this.#firing.get(labels.alertname) ?? new Set();
      if (status === 'firing') instances.add(fingerprint);
      else instances.delete(fingerprint);
      this.#firing.set(labels.alertname, instances);
    }
    response.writeHead(200).end();
  }
}
