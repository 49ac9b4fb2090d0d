import type { Request, RequestHandler } from 'express';
import { hashApiKey } from '../clients/api-key.js';
import type { ApiKeyRepository } from '../clients/api-key-repository.js';
import { AppError } from '../errors.js';
import './locals.js';

/** The client that owns all jobs where callers are not asked who they are; made by a migration. */
const LOCAL_CLIENT = 'local';

/** With `AUTH=none`: every caller is the client `local`. */
export const identifyAsLocal: RequestHandler = (_request, response, next) => {
  response.locals.clientId = LOCAL_CLIENT;
  next();
};

/**
 * With `AUTH=api-key`: notes which client the caller's key speaks for, if it does for any. Whoever is not
 * known is not refused here, so that such requests can be counted first: `requireClient` does.
 */
export function identifyByKey(keys: Pick<ApiKeyRepository, 'authenticate'>): RequestHandler {
  return async (request, response, next) => {
    const given = keyOf(request);
    response.locals.keyGiven = given !== undefined;
    const hash = given === undefined ? undefined : hashApiKey(given);
    const key = hash && (await keys.authenticate(hash));
    if (key) Object.assign(response.locals, { clientId: key.clientId, apiKeyId: key.id });
    next();
  };
}

/** Refuses whoever is not known, as RFC 6750 (section 3) has it. */
export const requireClient: RequestHandler = (_request, response, next) => {
  const { clientId, keyGiven = false } = response.locals;
  if (clientId !== undefined) {
    next();
    return;
  }
  response.set('WWW-Authenticate', `Bearer realm="docling-jobs"${keyGiven ? ', error="invalid_token"' : ''}`);
  throw new AppError(
    'E502',
    keyGiven
      ? 'The API key is not valid: it is unknown, has expired or was revoked.'
      : 'An API key is needed: send it as Authorization: Bearer or as X-Api-Key.',
  );
};

/** The key that a request shows; empty when it shows two different ones, or something else than a key. */
function keyOf(request: Request): string | undefined {
  const authorization = request.get('Authorization');
  const bearer = authorization === undefined ? undefined : (/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');
  const apiKey = request.get('X-Api-Key');
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) return '';
  return bearer ?? apiKey;
}
