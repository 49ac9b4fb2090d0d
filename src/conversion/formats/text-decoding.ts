import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { AppError } from '../../errors.js';
import { LIMITS } from '../limits.js';

/** Bytes in which a page declares its encoding, and in which zeros tell UTF-16. */
const HEAD_BYTES = 1024;

/** Finds the encoding that a text declares in its first bytes, read as Latin-1. */
export type DeclaredEncoding = (head: string) => string | undefined;

/**
 * Reads a whole text file. A byte order mark decides, then what the text declares, then whether it
 * is UTF-8; anything else is taken for windows-1252, which has a character for every byte.
 *
 * @throws AppError E003 when the file cannot be read, E305 above `LIMITS.textBytes`.
 */
export async function readTextFile(path: string, declared?: DeclaredEncoding): Promise<string> {
  const file = await open(path).catch(unreadable);
  try {
    const { size } = await file.stat();
    if (size > LIMITS.textBytes) throw new AppError('E305', `The text has more than ${LIMITS.textBytes} bytes.`);
    return decodeText(await readFile(file).catch(unreadable), declared);
  } finally {
    await file.close();
  }
}

export function decodeText(bytes: Buffer, declared?: DeclaredEncoding): string {
  const head = bytes.subarray(0, HEAD_BYTES);
  const encoding =
    markedEncoding(head) ?? declaredEncoding(head, declared) ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252');
  if (encoding === 'utf-8' && !isUtf8(bytes)) return new TextDecoder('windows-1252').decode(bytes);
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * The encoding of a text file of any size, for a `TextDecoder`; reads the file once.
 *
 * @throws AppError E003 when the file cannot be read.
 */
export async function detectEncoding(path: string, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let first = true;
  try {
    for await (const chunk of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
      const marked = first ? markedEncoding(chunk.subarray(0, HEAD_BYTES)) : undefined;
      if (marked) return marked;
      first = false;
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return 'utf-8';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'windows-1252';
    signal.throwIfAborted();
    return unreadable(error);
  }
}

/** By its byte order mark, or by the zeros of UTF-16 without one. */
function markedEncoding(head: Buffer): string | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  const zeros = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (odd > head.length / 4 && even === 0) return 'utf-16le';
  return even > head.length / 4 && odd === 0 ? 'utf-16be' : undefined;
}

function declaredEncoding(head: Buffer, declared: DeclaredEncoding | undefined): string | undefined {
  const label = declared?.(head.toString('latin1'));
  if (label === undefined) return undefined;
  try {
    const { encoding } = new TextDecoder(label);
    // What could be read byte by byte as far as here is no UTF-16, whatever it says.
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  } catch {
    return undefined;
  }
}

function unreadable(cause: unknown): never {
  throw new AppError('E003', 'The file cannot be read.', { cause });
}
