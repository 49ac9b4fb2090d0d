import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import './locals.js';

const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Names the request: by the caller's `X-Request-Id` if it is a sane one. The answer carries the name. */
export const assignRequestId: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id');
  response.locals.requestId = given !== undefined && SANE_ID.test(given) ? given : randomUUID();
  response.set('X-Request-Id', response.locals.requestId);
  next();
};
