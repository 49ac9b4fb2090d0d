import { createServer, type RequestListener, type Server } from 'node:http';
import { announcesTooMuch } from './multipart-upload.js';

/** A whole request, headers and body: 100 MB at 1 Mbit/s take 14 minutes. */
const REQUEST_TIMEOUT_MS = 20 * 60_000;
const HEADERS_TIMEOUT_MS = 30_000;
/** Nothing sent and nothing taken: longer than any answer is held back on purpose. */
const IDLE_TIMEOUT_MS = 120_000;
/** Longer than load balancers keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** The HTTP server for the app, with time limits, not yet listening. */
export function createHttpServer(app: RequestListener, maxFileBytes: number): Server {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    app,
  );
  server.setTimeout(IDLE_TIMEOUT_MS);
  // A client that asks first (curl, above 1 MB) is told to go on only when its body will be read.
  server.on('checkContinue', (request, response) => {
    if (!announcesTooMuch(request, maxFileBytes)) response.writeContinue();
    server.emit('request', request, response);
  });
  return server;
}
