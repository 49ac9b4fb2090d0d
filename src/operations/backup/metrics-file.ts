import path from 'node:path';
import { writeDurably } from '../../durable-file.js';
import type { BackupReport } from './report.js';

const FILE = 'docling_backup.prom';
/** node_exporter reads it as another user. */
const MODE = 0o644;

/**
 * Writes what Prometheus is to know of backups, for node_exporter's textfile collector: all from the backups that
 * are there, so that one that was deleted by hand is missed, and whether the last run succeeded.
 */
export async function writeMetrics(
  directory: string,
  reports: readonly BackupReport[],
  success: boolean,
): Promise<void> {
  const last = reports.at(-1);
  const verified = reports
    .flatMap(({ verification }) => verification ?? [])
    .sort((one, other) => Date.parse(one.verifiedAt) - Date.parse(other.verifiedAt))
    .at(-1);
  const samples: readonly (readonly [name: string, help: string, value: number | undefined])[] = [
    [
      'last_success_timestamp_seconds',
      'Moment that the newest backup holds, as a Unix time.',
      toSeconds(last?.snapshotAt),
    ],
    ['last_size_bytes', 'Size of the newest backup.', last?.sizeBytes],
    ['last_duration_seconds', 'How long the newest backup took, its checks included.', last?.seconds.total],
    [
      'last_verified_restore_timestamp_seconds',
      'When a backup was last proven to restore, as a Unix time.',
      toSeconds(verified?.verifiedAt),
    ],
    ['last_restore_duration_seconds', 'How long that restore took.', verified?.restoreSeconds],
    ['last_run_success', 'Whether the last run, of a backup or of a proof, succeeded: 1 or 0.', success ? 1 : 0],
  ];
  // What never happened is 0, long ago: an alert on an absent series would not fire.
  const lines = samples.map(([name, help, value]) =>
    [
      `# HELP docling_backup_${name} ${help}`,
      `# TYPE docling_backup_${name} gauge`,
      `docling_backup_${name} ${value ?? 0}\n`,
    ].join('\n'),
  );
  await writeDurably(path.join(directory, FILE), lines.join(''), MODE);
}

function toSeconds(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1_000;
}
