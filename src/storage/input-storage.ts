import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
  readFile,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, errorCodeOf } from '../errors.js';

export interface StoredInput {
  /** Relative to the storage; what `jobs.input_path` holds. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content. */
  readonly hash: Buffer;
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
    const { partial, relative } = this.newNames();
    let sourceError: unknown;
    source.once('error', (error) => (sourceError = error));
    try {
      const written = await write(source, partial, maxBytes, signal);
      await this.keep(partial, path.join(this.root, relative));
      return { path: relative, ...written };
    } catch (error) {
      source.destroy();
      await rm(partial, { force: true }).catch(() => undefined); // what cannot be removed now, `sweep` removes
      if (error === sourceError || error instanceof AppError || signal.aborted) throw error;
      throw storageUnavailable(error);
    }
  }

  /**
   * Stores an input a second time, under a path of its own: removing either leaves the other.
   *
   * @returns its path; undefined when there is no such input
   * @throws AppError E005
   */
  async duplicate(original: string): Promise<string | undefined> {
    const file = this.absolutePath(original);
    const { partial, relative } = this.newNames();
    try {
      await mkdir(path.dirname(partial), { recursive: true, mode: FOLDER_MODE });
      // A stored input never changes: a second name for it costs nothing, where the file system has them.
      await link(file, partial).catch(() => copySynced(file, partial));
      await this.keep(partial, path.join(this.root, relative));
      return relative;
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined); // as in `store`
      if (errorCodeOf(error) === 'ENOENT') return undefined;
      throw storageUnavailable(error);
    }
  }

  /** The paths of all inputs that have been stored for more than `olderThanMs`, in batches. Throws AppError E005. */
  async *listOlderThan(olderThanMs: number): AsyncGenerator<string[], void, undefined> {
    for (const folder of await listNames(this.root)) {
      if (folder === INCOMING) continue;
      const paths = (await listNames(path.join(this.root, folder))).map((name) => `${folder}/${name}`);
      const old: string[] = [];
      for (const relative of paths.filter((name) => STORED_PATH.test(name))) {
        // A second name for an old file is new: a link changes the one time, and not the other.
        if (await isOlder(this.absolutePath(relative), 'ctimeMs', olderThanMs)) old.push(relative);
      }
      if (old.length > 0) yield old;
    }
  }

  /** Where a stored input lies. Throws AppError E003 for a path that `store` did not give out. */
  absolutePath(relative: string): string {
    if (!STORED_PATH.test(relative)) throw new AppError('E003', 'There is no stored input at the path of the job.');
    return path.join(this.root, relative);
  }

  /** Removes a stored input; safe to repeat. Throws AppError E005. */
  async remove(relative: string): Promise<void> {
    const file = this.absolutePath(relative);
    await rm(file, { force: true }).catch((error: unknown) => {
      throw storageUnavailable(error);
    });
  }

  /**
   * Whether the inputs are those of `owner`: the first that asks is, and is noted beside the storage. Keeps
   * a service that was pointed to another database from taking every input for a leftover.
   *
   * @throws AppError E005
   */
  async belongsTo(owner: string): Promise<boolean> {
    const file = `${this.root}.owner`;
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
      await writeFile(file, owner, { flag: 'wx', mode: FILE_MODE }).catch((error: unknown) => {
        if (errorCodeOf(error) !== 'EEXIST') throw error;
      });
      return (await readFile(file, 'utf8')) === owner;
    } catch (error) {
      throw storageUnavailable(error);
    }
  }

  /** Removes uploads that were begun more than `olderThanMs` ago and never finished; answers how many. */
  async sweep(olderThanMs: number): Promise<number> {
    const folder = path.join(this.root, INCOMING);
    const names = await listNames(folder);
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

  private newNames(): { readonly partial: string; readonly relative: string } {
    const id = randomUUID();
    const partial = path.join(this.root, INCOMING, `${id}${PARTIAL_SUFFIX}`);
    return { partial, relative: `${id.slice(0, 2)}/${id}` };
  }

  private async keep(partial: string, target: string): Promise<void> {
    const folder = path.dirname(target);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    await rename(partial, target);
    await syncFolder(folder);
  }
}

async function write(
  source: Readable,
  file: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Omit<StoredInput, 'path'>> {
  await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
  const handle = await open(file, 'wx', FILE_MODE);
  const hash = createHash('sha256');
  let size = 0;
  try {
    await pipeline(
      source,
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > maxBytes) throw tooLarge(maxBytes);
          hash.update(chunk);
          await handle.writeFile(chunk);
        }
      },
      { signal },
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { size, hash: hash.digest() };
}

async function copySynced(file: string, target: string): Promise<void> {
  await copyFile(file, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  const handle = await open(target, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
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
  if (!(await isOlder(file, 'mtimeMs', olderThanMs))) return false;
  await rm(file, { force: true }).catch((error: unknown) => {
    throw storageUnavailable(error);
  });
  return true;
}

async function listNames(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw storageUnavailable(error);
  });
}

/** False also when the file is gone. */
async function isOlder(file: string, time: 'mtimeMs' | 'ctimeMs', olderThanMs: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(file))[time] >= olderThanMs;
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
