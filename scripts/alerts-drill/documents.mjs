import { once } from 'node:events';
import { createServer } from 'node:http';

const REQUEST_LIMIT_MS = 10_000;

/** A server of documents that come slowly, or not at all. */
export class DocumentServer {
  #server = createServer((request, response) => {
    if (request.url?.startsWith('/unavailable')) response.writeHead(503).end();
    // A byte now and then: the worker is at it all the time.
    else {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      const timer = setInterval(() => response.write('x'), 200);
      response.once('close', () => clearInterval(timer));
    }
  });
  url = '';

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    this.url = `http://127.0.0.1:${port}`;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/**
 * Submits a URL as a document; answers the job's id.
 *
 * @param {string} service
 * @param {string} inputUrl
 * @param {number} maxRetries
 */
export async function submitUrl(service, inputUrl, maxRetries = 0) {
  return submit(service, {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sessionId: 'drill', inputType: 'URL', inputUrl, maxRetries }),
  });
}

/**
 * Submits a document that cannot be converted.
 *
 * @param {string} service
 */
export async function submitBroken(service) {
  return submitFile(service, 'broken.pdf', '%PDF-1.7\nand no more');
}

/**
 * Uploads a document; answers the job's id.
 *
 * @param {string} service
 * @param {string} name
 * @param {string} content
 */
export async function submitFile(service, name, content) {
  const body = new FormData();
  body.set('sessionId', 'drill');
  body.set('file', new Blob([content]), name);
  return submit(service, { body });
}

/**
 * @param {string} service
 * @param {RequestInit} request
 */
async function submit(service, request) {
  const response = await fetch(`${service}/api/v1/process`, {
    method: 'POST',
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    ...request,
  });
  const body = /** @type {{ jobId?: string, detail?: string }} */ (await response.json());
  if (!response.ok) throw new Error(`The service did not take a document: ${response.status} ${body.detail}`);
  return String(body.jobId);
}

/**
 * Cancels a job, if it is still under way.
 *
 * @param {string} service
 * @param {string} id
 */
export async function cancel(service, id) {
  const response = await fetch(`${service}/api/v1/jobs/${id}/cancel`, {
    method: 'POST',
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
  await response.arrayBuffer();
}

/** Readers of the history, at a rate that does not depend on how fast they are served. */
export class Traffic {
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {string} service
   * @param {number} perSecond
   */
  start(service, perSecond) {
    this.#timer = setInterval(() => void this.#read(service), 1_000 / perSecond);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** @param {string} service */
  async #read(service) {
    try {
      const response = await fetch(`${service}/api/v1/history?sessionId=drill`, {
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      });
      await response.arrayBuffer();
    } catch {
      // the drill also stops what would answer
    }
  }
}
