import type { StoredBackup } from './store.js';

const HOUR_MS = 60 * 60 * 1_000;

/** A table of backups for people, the newest first. */
export function formatList(backups: readonly StoredBackup[], directory: string, now: Date): string[] {
  if (backups.length === 0) return [`There are no backups in ${directory}.`];
  const rows = [...backups].reverse().map(({ name, report }) => {
    if (!report) return [name, '?', '?', '?', 'its report cannot be read'];
    const { snapshotAt, sizeBytes, rows: count, verification } = report;
    return [
      name,
      age(now.getTime() - Date.parse(snapshotAt)),
      `${(sizeBytes / 1e6).toFixed(1)} MB`,
      String(count),
      proof(verification),
    ];
  });
  const table = [['BACKUP', 'AGE', 'SIZE', 'ROWS', 'PROVEN TO RESTORE'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function age(ms: number): string {
  const hours = Math.floor(ms / HOUR_MS);
  if (hours < 1) return `${Math.floor(ms / 60_000)} min`;
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

function proof(verification: { verifiedAt: string; restoreSeconds: number } | null): string {
  if (!verification) return 'no';
  return `${verification.verifiedAt.slice(0, 16)}Z, in ${verification.restoreSeconds.toFixed(1)} s`;
}
