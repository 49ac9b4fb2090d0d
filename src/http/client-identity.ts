import type { RequestHandler } from 'express';
import './locals.js';

/** The client that owns all jobs where callers are not asked who they are; made by a migration. */
const LOCAL_CLIENT = 'local';

/** With `AUTH=none`: every caller is the client `local`. */
export const identifyAsLocal: RequestHandler = (_request, response, next) => {
  response.locals.clientId = LOCAL_CLIENT;
  next();
};
