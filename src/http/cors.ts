import cors from 'cors';
import type { RequestHandler } from 'express';

const PREFLIGHT_SECONDS = 600;
const METHODS = 'GET, HEAD, POST, DELETE';
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Modified-Since',
  'If-None-Match',
  'Last-Event-ID',
  'Prefer',
  'X-Api-Key',
  'X-Request-Id',
];
/** What a page may read beside the few headers that every page may. */
const RESPONSE_HEADERS = [
  'Content-Disposition',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
];

/**
 * Lets pages of these origins, and of no others, call the API from a browser
 * (https://fetch.spec.whatwg.org/#http-cors-protocol). A key travels in a header, never in a cookie, so
 * credentials are not allowed. Preflights of these origins carry no key and are answered here; all else goes on.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allow = cors({
    origin: (origin, decide) => decide(null, origin !== undefined && origins.includes(origin) && origin),
    methods: METHODS,
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: RESPONSE_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  });
  return (request, response, next) => {
    if (origins.length > 0) response.vary('Origin');
    allow(request, response, next);
  };
}
