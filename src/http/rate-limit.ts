import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '../errors.js';
import './locals.js';

export interface RateLimit {
  /** Requests of one caller in a window; 0: no limit. */
  readonly max: number;
  readonly windowMs: number;
}

/**
 * Limits the requests of each caller: of a client, by whichever key it is known, or of an address, where
 * callers are not known or not asked. Every answer carries `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-08); one too many is refused with E601 and `Retry-After`.
 *
 * Each process counts for itself: behind a balancer, as many processes let through as many times more.
 */
export function limitRequests({ max, windowMs }: RateLimit, countBy: 'client' | 'address'): RequestHandler {
  return rateLimit({
    limit: max,
    windowMs,
    skip: () => max === 0,
    identifier: 'requests',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: ({ ip }, { locals }) =>
      countBy === 'client' && locals.clientId !== undefined
        ? `client ${locals.clientId}`
        : `address ${ipKeyGenerator(ip ?? '')}`,
    handler: (_request, response, next) => {
      const retryAfterSeconds = Number(response.getHeader('Retry-After') ?? Math.ceil(windowMs / 1_000));
      next(
        new AppError('E601', `There were more than ${max} requests in ${windowMs / 1_000} s.`, { retryAfterSeconds }),
      );
    },
  });
}
