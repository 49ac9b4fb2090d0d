import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { AppError } from '../errors.js';
import { ClientGoneError } from './request-errors.js';

/**
 * Refuses what Node's parser lets through although a proxy may read it otherwise (RFC 9112: 2.3, 3.2, 6.1): whoever
 * disagrees on where a request ends, or whom it is for, can be made to let a second one pass. The connection
 * ends with the answer, and nothing else that came on it is done.
 */
export function refuseAmbiguous(): RequestHandler {
  const refused = new WeakSet<Socket>();
  return (request, response, next) => {
    if (refused.has(request.socket)) throw new ClientGoneError('The connection brought a request that was refused.');
    const fault = faultOf(request);
    if (fault !== undefined) {
      refused.add(request.socket);
      response.set('Connection', 'close');
      throw new AppError('E802', fault, { case: 'notHttp' });
    }
    next();
  };
}

function faultOf({ httpVersion, headers, rawHeaders }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'The request has to be one of HTTP/1.1.';
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && (httpVersion === '1.0' || encoding.toLowerCase() !== 'chunked')) {
    return 'The only Transfer-Encoding is chunked, with HTTP/1.1.';
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  const enough = hosts === 1 || (hosts === 0 && httpVersion === '1.0');
  return enough ? undefined : 'The request has to have one Host header.';
}
