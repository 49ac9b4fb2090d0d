import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** What stays the same for as long as the process runs. */
export interface LastingContent {
  readonly mediaType: string;
  readonly body: Buffer;
  readonly etag: string;
}

export function lastingContent(mediaType: string, body: string | Buffer): LastingContent {
  const bytes = Buffer.from(body);
  return { mediaType, body: bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
}

/** Answers with the content, or with 304. Caches may keep it, but ask whether it is still the same: a release changes it. */
export function sendLasting(
  request: Pick<Request, 'fresh' | 'method'>,
  response: Response,
  { mediaType, body, etag }: LastingContent,
): void {
  response.set({ ETag: etag, 'Cache-Control': 'public, no-cache' });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  response.setHeader('Content-Type', mediaType).setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}
