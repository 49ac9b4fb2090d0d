import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { ClientGoneError } from './request-errors.js';

/** How long a client may take none of what is ready for it. */
const STALL_MS = 60_000;

/**
 * Sends `chunks` one by one, as fast as the client takes them. The first is awaited before `writeHead`
 * sets status and headers, so that a failure until then is answered as a problem; one after it breaks
 * the connection off. However it ends, `chunks` is told, and so gives back what it holds.
 *
 * @throws ClientGoneError when the client goes, or takes nothing for `stallMs`; the error of `chunks`.
 */
export async function streamResponse(
  response: Response,
  chunks: AsyncGenerator<string, void, undefined>,
  writeHead: () => void,
  stallMs = STALL_MS,
): Promise<void> {
  const stalled = new AbortController();
  const stall = setTimeout(() => {
    stalled.abort();
  }, stallMs);
  try {
    const first = await chunks.next();
    if (response.destroyed) throw new ClientGoneError();
    writeHead();
    const source = Readable.from(watched(first, chunks, stall), { objectMode: false });
    await pipeline(source, response, { signal: stalled.signal });
  } catch (error) {
    throw stalled.signal.aborted ? new ClientGoneError(`The client took nothing for ${stallMs} ms.`) : error;
  } finally {
    clearTimeout(stall);
    await chunks.return();
  }
}

/** Being asked for the next chunk means that there is room for it: the client has taken something. */
async function* watched(
  first: IteratorResult<string, void>,
  chunks: AsyncGenerator<string, void, undefined>,
  stall: NodeJS.Timeout,
): AsyncGenerator<string, void, undefined> {
  for (let next = first; !next.done; next = await chunks.next()) {
    stall.refresh();
    if (next.value !== '') yield next.value;
  }
}
