import { open, rm, type FileHandle } from 'node:fs/promises';
import { PassThrough, pipeline, type Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { request, type Agent, type Dispatcher } from 'undici';
import { IMPLEMENTATION } from '../conversion/package-info.js';
import { AppError } from '../errors.js';
import { ByteLimit } from './byte-limit.js';
import { checkedAgent, type Resolve } from './checked-agent.js';
import { fromStatus, fromThrown } from './download-failure.js';
import { remoteFileName } from './remote-file-name.js';
import { checkRedirect, checkUrl, type UrlPolicy } from './url-policy.js';

export interface DownloadOptions extends UrlPolicy {
  /** Bytes, of what is transferred and of what it decompresses to. */
  readonly maxBytes: number;
  /** For everything together, redirects included. */
  readonly timeoutMs: number;
  /** The longest silence of the server. Default: 30 s. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal;
  /** Called with the bytes transferred so far and, if the server tells, their number in the end. */
  readonly onProgress?: (receivedBytes: number, totalBytes: number | null) => void;
  /** Name resolution; default: the system's. */
  readonly resolve?: Resolve;
}

export interface Download {
  /** Bytes written. */
  readonly size: number;
  /** As `remoteFileName` has it. */
  readonly fileName: string | null;
  /** As the server declares it, in lower case and without parameters. */
  readonly mimeType: string | null;
  /** After redirects. */
  readonly finalUrl: string;
}

type Response = Dispatcher.ResponseData;

const MAX_REDIRECTS = 5;
const DEFAULT_IDLE_MS = 30_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** RFC 9110, 8.3.1; the length is that of `jobs.file_mime`. */
const MEDIA_TYPE = /^(?=.{3,100}$)[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

const HEADERS = Object.freeze({
  accept: '*/*',
  'accept-encoding': 'gzip, br',
  'user-agent': `${IMPLEMENTATION.name}/${IMPLEMENTATION.version}`,
});

/** By content coding. Raw deflate streams, which some servers send under that name, are refused. */
const DECODERS: ReadonlyMap<string, () => Duplex> = new Map<string, () => Duplex>([
  ['', () => new PassThrough()],
  ['identity', () => new PassThrough()],
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
]);

/**
 * Fetches `url` into a new file at `targetPath`, readable by this user only; what stood there before
 * is lost, and after a failure nothing stands there. Every address on the way, those of redirects
 * included, has to pass the policy. No proxy is used, nothing of one host is sent to another.
 *
 * @throws AppError E001: over `maxBytes`; E003: refused for good, empty or undecodable; E005: cannot
 *   be written; E101, E104: as `checkUrl` and `checkRedirect` have it; E102: unreachable for now; E103: too slow.
 *   When `signal` aborts: its reason.
 */
export async function download(url: string, targetPath: string, options: DownloadOptions): Promise<Download> {
  const target = checkUrl(url, options);
  const stop = new AbortController();
  const abort = () => stop.abort(options.signal?.reason);
  const timer = setTimeout(() => {
    stop.abort(new AppError('E103', `The download took longer than ${options.timeoutMs / 1000} seconds.`));
  }, options.timeoutMs);
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  const idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
  const agent = checkedAgent({ ...options, signal: stop.signal, idleMs });
  try {
    return await fetchInto(targetPath, target, { ...options, agent, signal: stop.signal });
  } catch (error) {
    // Why an abort came is more telling than what it broke.
    throw stop.signal.aborted ? stop.signal.reason : fromThrown(error);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
    stop.abort();
    await agent.destroy();
  }
}

interface Transfer extends DownloadOptions {
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

async function fetchInto(targetPath: string, target: URL, transfer: Transfer): Promise<Download> {
  try {
    const file = await stored(create(targetPath));
    try {
      return await fetchToFile(file, target, transfer);
    } finally {
      await stored(file.close());
    }
  } catch (error) {
    // A removal that fails as well would only hide the failure that matters.
    await rm(targetPath, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** A leftover is removed, not opened: it may be a link, or readable by others. */
async function create(targetPath: string): Promise<FileHandle> {
  await rm(targetPath, { force: true });
  return open(targetPath, 'wx', 0o600);
}

async function fetchToFile(file: FileHandle, target: URL, transfer: Transfer): Promise<Download> {
  const { response, url } = await follow(target, transfer);
  const size = await save(response, file, transfer);
  if (size === 0) throw new AppError('E003', 'The document at the URL is empty.');
  return {
    size,
    fileName: remoteFileName(header(response, 'content-disposition'), url),
    mimeType: mediaType(header(response, 'content-type')),
    finalUrl: url.href,
  };
}

/** Follows redirects up to the answer that carries the document. */
async function follow(target: URL, transfer: Transfer): Promise<{ response: Response; url: URL }> {
  let url = target;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const { agent, signal } = transfer;
    const response = await request(url, { dispatcher: agent, signal, headers: HEADERS });
    if (response.statusCode === 200 || response.statusCode === 203) return { response, url };
    discard(response);
    const location = header(response, 'location');
    if (!REDIRECTS.has(response.statusCode) || location === undefined) throw fromStatus(response.statusCode);
    url = checkRedirect(url, location, transfer);
  }
  throw new AppError('E003', `The URL redirects more than ${MAX_REDIRECTS} times.`);
}

/** Reading a body that nobody needs would let a server hold us up: its connection is closed instead. */
function discard({ body }: Response): void {
  body.on('error', () => undefined).destroy();
}

/** Writes the decoded body; returns its size in bytes. */
async function save(response: Response, file: FileHandle, { maxBytes, onProgress }: Transfer): Promise<number> {
  const tooLarge = () => new AppError('E001', `The document at the URL has more than ${maxBytes} bytes.`);
  const length = header(response, 'content-length');
  const total = length === undefined ? null : Number(length);
  const decoder = DECODERS.get(header(response, 'content-encoding')?.trim().toLowerCase() ?? '');
  if (decoder === undefined || (total !== null && total > maxBytes)) {
    discard(response);
    throw decoder ? tooLarge() : new AppError('E003', 'The document at the URL has an unknown compression.');
  }
  const received = new ByteLimit(maxBytes, tooLarge);
  const decoded = new ByteLimit(maxBytes, tooLarge);
  // The callback has nothing to add: a failure of any stream also ends the last one, which is read here.
  for await (const chunk of pipeline(response.body, received, decoder(), decoded, () => undefined)) {
    await stored(file.appendFile(chunk as Buffer));
    onProgress?.(received.bytes, total);
  }
  return decoded.bytes;
}

/** The result of a file operation, whose failure is ours and not the server's. */
async function stored<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw new AppError('E005', 'The document at the URL cannot be stored.', { cause: error });
  }
}

/** A header that should come once: the first of several. */
function header({ headers }: Response, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function mediaType(contentType: string | undefined): string | null {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return MEDIA_TYPE.test(essence) ? essence : null;
}
