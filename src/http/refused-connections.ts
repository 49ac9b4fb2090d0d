import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, errorCodeOf } from '../errors.js';
import type { Logger } from '../observability/logger.js';
import { PROBLEM_TYPE, toProblem } from './problem.js';

/** How long what is still arriving is thrown away: closing at once would lose the answer on its way. */
const LINGER_MS = 2_000;

const notHttp = () => new AppError('E802', 'The request is not valid HTTP/1.1.', { case: 'notHttp' });

/** What Node's parser and its time limits refuse; https://github.com/nodejs/llhttp names the former. */
const REFUSALS: Readonly<Record<string, () => AppError>> = {
  HPE_HEADER_OVERFLOW: () =>
    new AppError('E802', 'The address and headers of the request are too large.', { case: 'headersTooLarge' }),
  ERR_HTTP_REQUEST_TIMEOUT: () =>
    new AppError('E802', 'The request did not arrive within its time limit.', { case: 'tooSlow' }),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () => new AppError('E001', 'The chunk extensions of the body are too large.'),
};

/** Answers, as a problem document, requests that never get as far as the app, and ends their connections. */
export function answerRefusedConnections(server: Server, logger: Pick<Logger, 'info'>): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  const refused = new WeakSet<Duplex>();
  server.on('request', (request, response) => latest.set(request.socket, response));
  server.on('clientError', (error, socket) => {
    if (refused.has(socket)) return;
    refused.add(socket);
    const running = latest.get(socket);
    if (running === undefined || running.writableFinished || running.destroyed) refuse(error, socket, logger);
    // The answer to a request before the refused one, and it was asked for properly: it goes first.
    else if (running.req.complete) running.once('close', () => refuse(error, socket, logger));
    // The body of a request that has been answered without it.
    else if (running.headersSent) close(socket);
    else refuse(error, socket, logger);
  });
}

function refuse(thrown: Error, socket: Duplex, logger: Pick<Logger, 'info'>): void {
  const code = errorCodeOf(thrown) ?? '';
  if (!socket.writable || (!(code in REFUSALS) && !code.startsWith('HPE_'))) {
    socket.destroy();
    return;
  }
  const error = (REFUSALS[code] ?? notHttp)();
  const requestId = randomUUID();
  logger.info('connection refused', { status: error.definition.status, code: error.code, reason: code, requestId });
  close(socket, toMessage(error, requestId));
}

function close(socket: Duplex, lastWords = ''): void {
  socket.end(lastWords);
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function toMessage(error: AppError, requestId: string): string {
  const { status } = error.definition;
  const body = JSON.stringify(toProblem(error, { requestId }));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Cache-Control: no-store',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date().toUTCString()}`,
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    '',
    body,
  ].join('\r\n');
}
