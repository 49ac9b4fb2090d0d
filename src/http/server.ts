import { createServer, type RequestListener, type Server } from 'node:http';
import type { Logger } from '../observability/logger.js';
import { announcesTooMuch } from './multipart-upload.js';
import { answerRefusedConnections } from './refused-connections.js';

/** Milliseconds that a connection may take for something. */
export interface TimeLimits {
  /** A whole request, headers and body: 100 MB at 1 Mbit/s take 14 minutes. */
  readonly requestMs: number;
  /** The headers of a request, the first ones from the connection on. */
  readonly headersMs: number;
  /** How often the two above are looked at. */
  readonly checkMs: number;
  /** Nothing sent and nothing taken: longer than any answer is held back on purpose. */
  readonly idleMs: number;
  /** Longer than load balancers keep idle connections, so that it is they who close them. */
  readonly keepAliveMs: number;
}

export interface ServerOptions {
  readonly maxFileBytes: number;
  readonly logger: Pick<Logger, 'info'>;
  readonly limits?: Partial<TimeLimits>;
}

const LIMITS: TimeLimits = {
  requestMs: 20 * 60_000,
  headersMs: 20_000,
  checkMs: 5_000,
  idleMs: 120_000,
  keepAliveMs: 75_000,
};
/** Bytes of the address and of all names and values of headers, of which there are therefore no more than 8,000. */
const MAX_HEAD_BYTES = 16 * 1024;

/** The HTTP server for the app, with time limits, not yet listening. */
export function createHttpServer(app: RequestListener, { maxFileBytes, logger, limits }: ServerOptions): Server {
  const { requestMs, headersMs, checkMs, idleMs, keepAliveMs } = { ...LIMITS, ...limits };
  const server = createServer({
    requestTimeout: requestMs,
    headersTimeout: headersMs,
    connectionsCheckingInterval: checkMs,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: MAX_HEAD_BYTES,
    // The app refuses such requests itself, with a problem document.
    requireHostHeader: false,
  });
  // Node would leave out, without a word, what goes beyond a number.
  server.maxHeadersCount = 0;
  server.setTimeout(idleMs);
  answerRefusedConnections(server, logger);
  server.on('request', app);
  // A client that asks first (curl, above 1 MB) is told to go on only when its body will be read.
  server.on('checkContinue', (request, response) => {
    if (!announcesTooMuch(request, maxFileBytes)) response.writeContinue();
    server.emit('request', request, response);
  });
  // Another expectation may be passed over (RFC 9110, 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  return server;
}
