import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

const DAY = 86_400;

/**
 * Writes what backups leave for the node exporter, as if they had last succeeded `ageSeconds` ago; at once, as they do.
 *
 * @param {string} folder
 * @param {{ ageSeconds: number, bytes: number }} state
 */
export async function writeBackupMetrics(folder, { ageSeconds, bytes }) {
  const at = Math.floor(Date.now() / 1_000) - ageSeconds;
  const samples = {
    docling_backup_last_success_timestamp_seconds: at,
    docling_backup_last_verified_restore_timestamp_seconds: at,
    docling_pitr_last_success_timestamp_seconds: at,
    docling_backup_last_size_bytes: bytes,
  };
  const file = path.join(folder, 'docling_backup.prom');
  const lines = Object.entries(samples).map(([name, value]) => `# TYPE ${name} gauge\n${name} ${value}\n`);
  await writeFile(`${file}.new`, lines.join(''), { mode: 0o644 });
  await rename(`${file}.new`, file);
}

export const FRESH = { ageSeconds: 60, bytes: 2 ** 30 };
export const OLD = { ageSeconds: 40 * DAY, bytes: 2 ** 28 };
