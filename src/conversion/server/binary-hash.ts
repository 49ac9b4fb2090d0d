import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * The first 53 bits of the SHA-256 of a file's bytes: the most that a JSON number holds exactly.
 * The file is streamed, never held whole.
 */
export async function binaryHash(path: string, signal: AbortSignal): Promise<number> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return Number(hash.digest().readBigUInt64BE(0) >> 11n);
}
