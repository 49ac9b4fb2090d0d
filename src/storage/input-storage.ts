import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, errorCodeOf } from '../errors.js';

export interface StoredInput {
  /** Relative to the storage; what `jobs.input_path` holds. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

export interface StoreOptions {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const INCOMING = 'incoming';
const PARTIAL_SUFFIX = '.part';
/** A path that `store` gave out: two hex digits of the name, then the name. */
const STORED_PATH = /^([0-9a-f]{2})\/\1[0-9a-f]{6}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** Free space below which the storage counts as full. */
const MIN_FREE_BYTES = 64 * 1024 * 1024;

/**
 * Uploaded documents, one file each, under names that the service made. A file is either whole and on
 * the disk, or not there: it is written aside, synced and then renamed.
 */
export class InputStorage {
  /** @param root absolute folder; made when it is first needed. */
  constructor(private readonly root: string) {}

  /**
   * Stores what `source` yields. On every failure nothing is left behind.
   *
   * @throws AppError E001 beyond `maxBytes`, E005 when the disk does not take it; the source's own
   *   error, or an AbortError when `signal` aborts.
   */
  async store(source: Readable, { maxBytes, signal }: StoreOptions): Promise<StoredInput> {
    const id = randomUUID();
    const partial = path.join(this.root, INCOMING, `${id}${PARTIAL_SUFFIX}`);
    const relative = `${id.slice(0, 2)}/${id}`;
    let sourceError: unknown;
    source.once('error', (error) => (sourceError = error));
    try {
      const size = await write(source, partial, maxBytes, signal);
      await this.keep(partial, path.join(this.root, relative));
      return { path: relative, size };
    } catch (error) {
      source.destroy();
      await rm(partial, { force: true }).catch(() => undefined); // what cannot be removed now, `sweep` removes
      if (error === sourceError || error instanceof AppError || signal.aborted) throw error;
      throw storageUnavailable(error);
    }
  }

  /** Where a stored input lies. Throws for a path that `store` did not give out. */
  absolutePath(relative: string): string {
    if (!STORED_PATH.test(relative)) throw new Error('Not a path of the input storage.');
    return path.join(this.root, relative);
  }

  /** Removes a stored input; safe to repeat. Throws AppError E005. */
  async remove(relative: string): Promise<void> {
    const file = this.absolutePath(relative);
    await rm(file, { force: true }).catch((error: unknown) => {
      throw storageUnavailable(error);
    });
  }

  /** Removes uploads that were begun more than `olderThanMs` ago and never finished; answers how many. */
  async sweep(olderThanMs: number): Promise<number> {
    const folder = path.join(this.root, INCOMING);
    const names = await readdir(folder).catch((error: unknown) => {
      if (errorCodeOf(error) === 'ENOENT') return [];
      throw storageUnavailable(error);
    });
    const removed = await Promise.all(
      names
        .filter((name) => name.endsWith(PARTIAL_SUFFIX))
        .map((name) => removeIfOlder(path.join(folder, name), olderThanMs)),
    );
    return removed.filter(Boolean).length;
  }

  /** Resolves when an upload could be stored; throws AppError E005 otherwise. */
  async check(): Promise<void> {
    const folder = path.join(this.root, INCOMING);
    try {
      await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
      await access(folder, constants.W_OK | constants.X_OK);
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < MIN_FREE_BYTES) throw new Error(`Less than ${MIN_FREE_BYTES} bytes are free.`);
    } catch (error) {
      throw storageUnavailable(error);
    }
  }

  private async keep(partial: string, target: string): Promise<void> {
    const folder = path.dirname(target);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    await rename(partial, target);
    await syncFolder(folder);
  }
}

async function write(source: Readable, file: string, maxBytes: number, signal: AbortSignal): Promise<number> {
  await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
  const handle = await open(file, 'wx', FILE_MODE);
  let size = 0;
  try {
    await pipeline(
      source,
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > maxBytes) throw tooLarge(maxBytes);
          await handle.writeFile(chunk);
        }
      },
      { signal },
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
  return size;
}

/** A rename lasts only when the folder is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // has no such thing
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeIfOlder(file: string, olderThanMs: number): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs < olderThanMs) return false;
    await rm(file);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw storageUnavailable(error);
  }
}

/** The refusal of an input of more than `maxBytes`. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError('E001', `The file is larger than ${formatMegabytes(maxBytes)} MB, the most that is accepted.`);
}

function formatMegabytes(bytes: number): string {
  return String(Number((bytes / (1024 * 1024)).toFixed(3)));
}

function storageUnavailable(cause: unknown): AppError {
  return new AppError('E005', 'The storage cannot be used at the moment.', { cause, retryAfterSeconds: 30 });
}
