import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError, hasErrorCode } from './errors.js';
import { identifyThisProcess, isRunning, type ProcessIdentity } from './process-identity.js';

const POLL_MS = 20;
const OWNER = 'owner.json';
const RELEASED = 'released';

/**
 * Runs `work` while no other process that uses the same folder does; one that died with the lock
 * is not waited for. The processes have to share one process table (not two containers).
 *
 * The folder holds generations, `1`, `2` …, of which the highest counts. Whoever finds it released,
 * or its owner dead, claims the next number by renaming a folder that already names its owner; the
 * rename fails for all but one. A lock is therefore never taken away from where it lies, and the
 * classic race, in which a second breaker removes the lock that the first has just taken, cannot be.
 *
 * @throws EmbeddedPostgresError when the lock is not free within `timeoutMs`.
 */
export async function withLock<T>(directory: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const generation = await acquire(directory, Date.now() + timeoutMs);
  try {
    return await work();
  } finally {
    // The released generation stays: numbers must not start again while someone acts on an old one.
    await writeFile(path.join(directory, String(generation), RELEASED), '');
  }
}

async function acquire(directory: string, deadline: number): Promise<number> {
  await mkdir(directory, { recursive: true });
  for (;;) {
    const latest = await latestGeneration(directory);
    const owner = latest === 0 ? undefined : await findOwner(path.join(directory, String(latest)));
    if (owner === undefined) {
      if (await claim(directory, latest + 1)) return latest + 1;
    } else if (Date.now() >= deadline) {
      const who = owner === 'unknown' ? 'another process' : `process ${owner.pid}`;
      throw new EmbeddedPostgresError(`${who} holds the lock ${directory} and did not release it in time`);
    }
    await delay(POLL_MS);
  }
}

async function latestGeneration(directory: string): Promise<number> {
  const generations = (await readdir(directory)).filter((name) => /^\d+$/.test(name)).map(Number);
  return Math.max(0, ...generations);
}

/** Who holds a generation; undefined: nobody any more; 'unknown': it was swept away meanwhile by a later one. */
async function findOwner(generation: string): Promise<ProcessIdentity | 'unknown' | undefined> {
  if (await exists(path.join(generation, RELEASED))) return undefined;
  try {
    const owner = JSON.parse(await readFile(path.join(generation, OWNER), 'utf8')) as ProcessIdentity;
    return isRunning(owner) ? owner : undefined;
  } catch {
    // Unreadable though in place: the machine lost its power before the text reached the disk.
    return (await exists(generation)) ? undefined : 'unknown';
  }
}

async function claim(directory: string, generation: number): Promise<boolean> {
  const target = path.join(directory, String(generation));
  const prepared = path.join(directory, `claim-${randomUUID()}`);
  try {
    await mkdir(prepared);
    await writeFile(path.join(prepared, OWNER), JSON.stringify(identifyThisProcess()));
    await rename(prepared, target);
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    if (hasErrorCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', ...(process.platform === 'win32' ? ['EPERM'] : []))) {
      return false;
    }
    throw error;
  }
  // A number that later generations have swept away can be claimed again by someone slow.
  if ((await latestGeneration(directory)) > generation) {
    await rm(target, { recursive: true, force: true });
    return false;
  }
  await sweep(directory, generation);
  return true;
}

async function sweep(directory: string, current: number): Promise<void> {
  const stale = (await readdir(directory)).filter((name) => name.startsWith('claim-') || Number(name) < current);
  // What another user left and this one may not remove does no harm.
  await Promise.allSettled(stale.map((name) => rm(path.join(directory, name), { recursive: true, force: true })));
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
