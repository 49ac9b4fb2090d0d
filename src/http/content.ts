import express, { type Request, type RequestHandler } from 'express';
import { AppError } from '../errors.js';

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'multipart/form-data';

/** Bytes of a JSON body. */
const MAX_JSON_BYTES = 64 * 1024;

/** Goes on with this route only for bodies of one media type; others are left to the next route. */
export function onlyFor(mediaType: string): RequestHandler {
  return (request, _response, next) => {
    if (mediaTypeOf(request) === mediaType) next();
    else next('route');
  };
}

/** Bytes of the body as the client announces them; undefined when it does not. */
export function announcedBytes(request: Pick<Request, 'headers'>): number | undefined {
  const length = request.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** Parses a JSON body of up to 64 KB; a larger one that says so is not even read. */
export const jsonBody: RequestHandler[] = [
  (request, _response, next) => {
    if ((announcedBytes(request) ?? 0) > MAX_JSON_BYTES) throw new AppError('E001', 'The JSON body is too large.');
    next();
  },
  express.json({ limit: MAX_JSON_BYTES, inflate: false, type: () => true }),
];

function mediaTypeOf(request: Request): string | undefined {
  return request.get('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase();
}
