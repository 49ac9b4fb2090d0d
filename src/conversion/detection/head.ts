import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { AppError } from '../../errors.js';

/** Bytes at a file's start that the detection looks at. */
const HEAD_BYTES = 64 * 1024;

export interface Head {
  readonly bytes: Buffer;
  /** Whether `bytes` is the whole file. */
  readonly complete: boolean;
}

/**
 * Reads the start of a regular file.
 *
 * @throws AppError E003 when it is missing, unreadable, no regular file, or empty.
 */
export async function readHead(path: string): Promise<Head> {
  let head: Head | undefined;
  try {
    head = await readRegularFile(path);
  } catch (cause) {
    throw new AppError('E003', 'The input cannot be read.', { cause });
  }
  if (!head) throw new AppError('E003', 'The input is not a regular file.');
  if (head.bytes.length === 0) throw new AppError('E003', 'The input is empty.');
  return head;
}

async function readRegularFile(path: string): Promise<Head | undefined> {
  // Non-blocking, since opening a pipe that nobody writes to would wait for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return undefined;
    const buffer = Buffer.alloc(Math.min(HEAD_BYTES, stats.size));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, bytesRead), complete: bytesRead === stats.size };
  } finally {
    await file.close();
  }
}
