import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a client may go on sending a body that was refused. */
const LINGER_MS = 30_000;

/** Whether the client may still be sending the request's body. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !request.complete && (encoding !== undefined || Number(length ?? 0) > 0);
}

/**
 * Answers a request before its body has been read, and closes the connection. The answer goes out at
 * once, but the connection stays open, and what arrives is thrown away, until the client has stopped
 * sending: closing at once would reset the connection, and the client would lose the answer with it.
 */
export function answerUnread(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  response.setHeader('Connection', 'close');
  response.write(body);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS).unref();
  request.once('end', end).once('close', end);
  request.resume();
}
