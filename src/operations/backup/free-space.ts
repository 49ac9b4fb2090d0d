import { statfs } from 'node:fs/promises';
import { BackupError } from './backup-error.js';

/** Beside the last backup's size: databases grow. */
const GROWTH = 1.5;
const SPARE_BYTES = 16 * 1024 * 1024;

/**
 * Refuses to begin what will not fit: half as much again as the last backup, or, for the first, as much as the
 * database has on disk.
 *
 * @throws BackupError with what is needed and what is there
 */
export async function requireFreeSpace(
  directory: string,
  lastBytes: number | undefined,
  databaseBytes: number,
): Promise<void> {
  const needed = (lastBytes === undefined ? databaseBytes : lastBytes * GROWTH) + SPARE_BYTES;
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new BackupError(
    `${directory} has ${megabytes(free)} MB free, and a backup may take ${megabytes(needed)} MB: make room there, ` +
      'shorten BACKUP_RETENTION_DAYS, or set BACKUP_DIR to a larger disk.',
  );
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
