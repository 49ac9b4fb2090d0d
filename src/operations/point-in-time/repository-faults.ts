import type { BackupInfo, PgBackRest } from './pgbackrest.js';
import { findGaps, readFork, type Fork } from './wal-segments.js';

/** How old the newest backup may be: the daily one, and half a day for it to be late. */
const OLDEST_BACKUP_MS = 36 * 60 * 60 * 1_000;
const FILES_SHOWN = 5;

/**
 * What is wrong with the backups and the archive, each as a sentence that says what to do; reads all of the
 * repository. pgBackRest's own `verify` finds damaged and missing files, says so with exit code 0, and does not see
 * that a segment is missing from the archive: hence both.
 *
 * @throws ProgramFailed when the repository cannot be read at all
 */
export async function findRepositoryFaults(pgbackrest: PgBackRest, now = Date.now()): Promise<string[]> {
  const backups = await pgbackrest.listBackups();
  if (backups.length === 0) return ['The repository holds no backup: make a full one.'];
  const gaps = await findArchiveGaps(pgbackrest, backups);
  return [
    ...findBackupFaults(backups, now),
    ...gaps.map((gap) => `${gap}. Backups from before the gap lead no further than it: make a full backup now.`),
    ...readVerifyReport(await pgbackrest.verify()),
  ];
}

function findBackupFaults(backups: readonly BackupInfo[], now: number): string[] {
  const faults = backups
    .filter(({ error }) => error === true)
    .map(({ label }) => `Backup ${label} holds pages with wrong checksums: the database itself is damaged.`);
  const newest = Math.max(...backups.map(({ timestamp }) => timestamp.stop)) * 1_000;
  if (now - newest > OLDEST_BACKUP_MS) {
    const hours = Math.round((now - newest) / 3_600_000);
    faults.push(`The newest backup is ${hours} hours old: look at the timers and their journal.`);
  }
  return faults;
}

async function findArchiveGaps(pgbackrest: PgBackRest, backups: readonly BackupInfo[]): Promise<string[]> {
  const { segments, histories } = await pgbackrest.listArchive();
  const forks = new Map<number, Fork>();
  for (const [timeline, file] of histories) {
    const fork = readFork(await pgbackrest.read(file));
    if (fork) forks.set(timeline, fork);
  }
  const needed = backups.flatMap(({ archive }) => [archive.start, archive.stop]);
  return findGaps(segments, needed, forks);
}

/**
 * Faults in the report of `pgbackrest verify`. What is not understood is a fault as well: a later version may word it
 * otherwise, and silence must not pass for health.
 */
export function readVerifyReport(report: string): string[] {
  const status = /^\s*status: (\S+)/m.exec(report)?.[1];
  if (status === undefined) return ['pgbackrest verify gave no status: see whether its version is supported.'];
  const counts = Array.from(report.matchAll(/(missing|checksum invalid|size invalid|other): (\d+)/g));
  const found = counts.filter(([, , count]) => Number(count) > 0);
  const invalid = Array.from(report.matchAll(/backup: (\S+), status: (?!valid)([^,\n]+)/g));
  if (status === 'ok' && found.length === 0 && invalid.length === 0) return [];
  const files = Array.from(report.matchAll(/INFO: .*?'([^'\n]+)'/g), ([, file]) => file);
  const shown = files.slice(0, FILES_SHOWN).join(', ');
  const backups = invalid.map(([, label, state]) => `${label} is ${state}`).join(', ');
  const details = [backups, shown && `bad files: ${shown}`].filter(Boolean).join('; ');
  return [
    `The repository is damaged (${details || `status ${status}`}). What was backed up may not be restorable: ` +
      'make a full backup now, and look at the disk under the repository.',
  ];
}
