import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureEmbeddedPostgres } from '../../database/embedded/index.js';
import { DATABASE_NAME, provisionDatabase } from '../../database/provision.js';

export interface ScratchServer {
  /** Of the schema's owner, for an empty database with all roles. */
  readonly url: string;
  /** For files that go with the server; the server's own account can read it. */
  readonly folder: string;
}

export interface ScratchOptions {
  /** Ends the work: the server goes at once, and with it every session. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const PREFIX = 'docling-jobs-drill-';

/**
 * Does `work` with a PostgreSQL server of its own in the temporary folder, which is removed with all that it holds however
 * the work ends. What a killed process left there is removed first.
 */
export async function withScratchServer<T>(
  { signal, log }: ScratchOptions,
  work: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  await removeLeftovers(log);
  const folder = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    await chmod(folder, 0o711); // the server runs as another user than root
    const server = await ensureEmbeddedPostgres({ dataDir: folder });
    try {
      await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
      return await unlessAborted(signal, work({ url: server.roleUrl('docling_migration', DATABASE_NAME), folder }));
    } finally {
      await server.release();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => undefined); // fails with the server that is taken from it
    aborted.catch(() => undefined);
  }
}

async function removeLeftovers(log: (line: string) => void): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    log(`removing ${name}, which an interrupted drill left behind`);
    const folder = path.join(tmpdir(), name);
    // Adopts its server, so as to stop it.
    await (await ensureEmbeddedPostgres({ dataDir: folder })).release();
    await rm(folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
