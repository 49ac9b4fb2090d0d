import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from '../../durable-file.js';
import { EmbeddedPostgresError } from '../../database/embedded/index.js';
import { withLock } from '../../database/embedded/lock.js';
import { BackupError } from './backup-error.js';
import { readReport, type BackupReport } from './report.js';

/** A finished backup: a folder that got its name only when everything in it was on disk. */
export interface StoredBackup {
  readonly name: string;
  readonly folder: string;
  /** Undefined: its report is missing or damaged, so that nobody knows what it is. */
  readonly report: BackupReport | undefined;
}

const LOCK = '.lock';
const UNFINISHED = '.unfinished-';
const DELETED = '.deleted-';
const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Makes the folder of all backups where it is missing. Others may look into it, for the metrics; not into the
 * backups.
 *
 * @throws BackupError when it cannot be used
 */
export async function openStore(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await mkdir(path.join(directory, LOCK), { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new BackupError(
      `${directory} cannot be written (${code}): make it for this user (install -d -o USER ${directory}), or set BACKUP_DIR.`,
      error,
    );
  }
}

/**
 * Runs `work` while no other run works in the folder. One that was killed is not waited for.
 *
 * @throws BackupError when one does
 */
export async function withStore<T>(directory: string, work: () => Promise<T>): Promise<T> {
  let begun = false;
  try {
    return await withLock(path.join(directory, LOCK), 0, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun || !(error instanceof EmbeddedPostgresError)) throw error;
    throw new BackupError(`Another run works in ${directory}: wait until it has ended. (${error.message})`, error);
  }
}

/** All finished backups of a database, oldest first. */
export async function listBackups(directory: string, database: string): Promise<StoredBackup[]> {
  const names = (await readdir(directory)).filter((name) => isNameOf(database, name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const folder = path.join(directory, name);
      return { name, folder, report: await readReport(folder) };
    }),
  );
}

/** A folder for a backup in the making, and the name it will get. */
export async function beginBackup(
  directory: string,
  database: string,
  now: Date,
): Promise<{ name: string; folder: string }> {
  const name = `${database}-${now.toISOString().replace(/[-:]/g, '')}`;
  const folder = path.join(directory, UNFINISHED + name);
  await mkdir(folder, { mode: 0o700 });
  return { name, folder };
}

/** Gives a backup its name, by which it counts as one from then on. Answers its folder. */
export async function finishBackup(directory: string, name: string): Promise<string> {
  const folder = path.join(directory, name);
  const unfinished = path.join(directory, UNFINISHED + name);
  await syncDirectory(unfinished);
  await rename(unfinished, folder);
  await syncDirectory(directory);
  return folder;
}

/** Removes what runs that were killed, or failed, left half made or half deleted. Only under the lock. */
export async function removeUnfinished(directory: string): Promise<string[]> {
  const left = (await readdir(directory)).filter((name) => name.startsWith(UNFINISHED) || name.startsWith(DELETED));
  for (const name of left) await rm(path.join(directory, name), { recursive: true, force: true });
  return left;
}

/**
 * Deletes backups that are older than `days`, but neither the newest nor the newest that was proven to restore,
 * nor one that nobody knows anything about. Only under the lock.
 *
 * @returns their names
 */
export async function applyRetention(directory: string, database: string, days: number, now: Date): Promise<string[]> {
  const backups = (await listBackups(directory, database)).filter(({ report }) => report !== undefined);
  const verified = backups.filter(({ report }) => report?.verification);
  const kept = new Set([backups.at(-1)?.name, verified.at(-1)?.name]);
  const oldest = now.getTime() - days * DAY_MS;
  const expired = backups.filter(
    ({ name, report }) => !kept.has(name) && Date.parse(report?.snapshotAt ?? '') < oldest,
  );
  for (const { name, folder } of expired) {
    // By another name first: what a killed run leaves of it must not look like a backup.
    const deleted = path.join(directory, DELETED + name);
    await rename(folder, deleted);
    await rm(deleted, { recursive: true, force: true });
  }
  return expired.map(({ name }) => name);
}

/**
 * The backup that an operator means: its name, its folder or a file in it; without any, the newest.
 *
 * @throws BackupError when there is none
 */
export async function findBackup(
  directory: string,
  database: string,
  wanted: string | undefined,
): Promise<StoredBackup> {
  if (wanted === undefined) {
    const newest = (await listBackups(directory, database)).at(-1);
    if (newest) return newest;
    throw new BackupError(`There are no backups of ${database} in ${directory}: make one with npm run backup.`);
  }
  for (const place of [path.resolve(directory, wanted), path.resolve(wanted)]) {
    const status = await stat(place).catch(() => undefined);
    if (!status) continue;
    const folder = status.isDirectory() && !place.endsWith('.dir') ? place : path.dirname(place);
    return { name: path.basename(folder), folder, report: await readReport(folder) };
  }
  throw new BackupError(`There is no backup ${wanted}: npm run backup -- list shows those in ${directory}.`);
}

function isNameOf(database: string, name: string): boolean {
  return name.startsWith(`${database}-`) && /^\d{8}T\d{6}\.\d{3}Z$/.test(name.slice(database.length + 1));
}
