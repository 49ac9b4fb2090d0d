import type { Readable } from 'node:stream';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { AppError } from '../../errors.js';
import { LIMITS } from '../limits.js';

/** Below this a high ratio is harmless, and common in short repetitive parts. */
const RATIO_CHECKED_FROM_BYTES = 1024 * 1024;

/**
 * The zip container of an office document, read entry by entry. Names are paths without a leading
 * slash, such as `word/document.xml`; they are looked up regardless of case, as Office does.
 */
export class ZipPackage {
  private bytesRead = 0;

  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Opens the container and checks its whole directory; nothing is inflated yet. The caller closes it.
   *
   * @throws AppError E004 when it is no readable zip, E305 when its directory exceeds a limit.
   */
  static async open(path: string, signal: AbortSignal): Promise<ZipPackage> {
    signal.throwIfAborted();
    const zip = await openPromise(path, { autoClose: false, lazyEntries: true, strictFileNames: false }).catch(
      (error: unknown) => {
        throw unreadable(error);
      },
    );
    try {
      return new ZipPackage(zip, await readDirectory(zip, signal), signal);
    } catch (error) {
      zip.close();
      throw unreadable(error);
    }
  }

  /** Of all entries, in lower case. */
  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(keyOf(name));
  }

  /**
   * The inflated bytes of one entry, or undefined when there is none of that name.
   *
   * @throws AppError E004 when the entry is damaged, E305 when it inflates beyond a limit.
   */
  async read(name: string): Promise<Buffer | undefined> {
    if (!this.has(name)) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream(name)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** The entry's inflated bytes in pieces, with the errors of `read`; yields nothing when there is no such entry. */
  async *stream(name: string): AsyncGenerator<Buffer, void, undefined> {
    const entry = this.entries.get(keyOf(name));
    if (!entry) return;
    let inflated = 0;
    let source: Readable | undefined;
    try {
      source = await this.zip.openReadStreamPromise(entry);
      for await (const chunk of source as AsyncIterable<Buffer>) {
        this.signal.throwIfAborted();
        // The directory can lie, so what counts is what really comes out.
        inflated += chunk.length;
        this.bytesRead += chunk.length;
        if (inflated > LIMITS.zipEntryBytes || this.bytesRead > LIMITS.zipTotalBytes) throw tooLarge();
        yield chunk;
      }
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : unreadable(error);
    } finally {
      source?.destroy();
    }
  }

  close(): void {
    this.zip.close();
  }
}

async function readDirectory(zip: ZipFile, signal: AbortSignal): Promise<Map<string, Entry>> {
  if (zip.entryCount > LIMITS.zipEntries) throw tooLarge();
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    signal.throwIfAborted();
    if (entries.size >= LIMITS.zipEntries) throw tooLarge();
    const key = keyOf(entry.fileName);
    if (isXml(key)) checkSize(entry);
    // Of two entries with one name the first counts, in every lookup alike.
    if (!entries.has(key)) entries.set(key, entry);
  }
  return entries;
}

/** Only XML is ever read; media may be as large and as compressible as they like. */
function isXml(key: string): boolean {
  return key.endsWith('.xml') || key.endsWith('.rels');
}

function checkSize(entry: Entry): void {
  const { compressedSize, uncompressedSize } = entry;
  if (uncompressedSize > LIMITS.zipEntryBytes) throw tooLarge();
  if (uncompressedSize > RATIO_CHECKED_FROM_BYTES && uncompressedSize > compressedSize * LIMITS.zipRatio)
    throw tooLarge();
}

function keyOf(name: string): string {
  return name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
}

function tooLarge(): AppError {
  return new AppError('E305', 'The document unpacks to more than the converter takes');
}

function unreadable(error: unknown): unknown {
  if (error instanceof AppError || (error instanceof Error && error.name === 'AbortError')) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
    return new AppError('E003', 'The document cannot be opened', { cause: error });
  return new AppError('E004', 'The document is not a readable zip container: corrupt, truncated or encrypted', {
    cause: error,
  });
}
