import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../../atomic-file.js';

/** What a drill found; `point-in-time.json`, which the readiness check reads. Times in ISO 8601, durations in seconds. */
export interface DrillReport {
  readonly verdict: 'passed' | 'failed';
  /** Sentences; none when it passed. */
  readonly faults: readonly string[];
  readonly startedAt: string;
  readonly finishedAt: string;
  /** From the last heartbeat that was recovered to the last one acknowledged; null when none was recovered. */
  readonly rpoSeconds: number | null;
  /** Of the slower recovery, from the loss of the server until the copy answers and is verified. */
  readonly rtoSeconds: number;
  readonly limits: { readonly rpoSeconds: number; readonly rtoSeconds: number };
  readonly archiveTimeoutSeconds: number;
  readonly sizes: {
    readonly databaseBytes: number;
    readonly fullBackupBytes: number;
    readonly incrementalBackupBytes: number;
    readonly repositoryBytes: number;
    readonly walSegments: number;
  };
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>;
  readonly recoveries: readonly RecoveryReport[];
  readonly cores: number;
}

export interface RecoveryReport {
  readonly target: string;
  readonly faults: readonly string[];
  /** Until the files were there, and then until the server was promoted; missing when it came to nothing. */
  readonly restoreSeconds?: number;
  readonly replaySeconds?: number;
  readonly replayedUntil?: string | null;
  readonly lostSeconds?: number;
  readonly totalSeconds: number;
}

export const REPORT_FILE = 'point-in-time.json';
export const METRICS_FILE = 'docling_pitr.prom';

/**
 * Writes the report, and after a success the metrics for node_exporter's textfile collector: a drill that fails leaves
 * the old ones, so that an alert on the age of the last success fires whatever goes wrong.
 */
export async function writeReport(report: DrillReport, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await publish(path.join(directory, REPORT_FILE), `${JSON.stringify(report, null, 2)}\n`);
  if (report.verdict === 'passed') await publish(path.join(directory, METRICS_FILE), renderMetrics(report));
}

/** Neither holds a secret, and exporter and readiness check run as other accounts. */
async function publish(file: string, text: string): Promise<void> {
  await replaceFile(file, async (handle) => {
    await handle.writeFile(text);
    await handle.chmod(0o644); // whatever the umask
    await handle.sync();
  });
}

export function renderMetrics(report: DrillReport): string {
  const metrics = [
    [
      'last_success_timestamp_seconds',
      'When point-in-time recovery was last proven.',
      Date.parse(report.finishedAt) / 1_000,
    ],
    ['rto_seconds', 'From the loss of the server until a restored one was verified, in that drill.', report.rtoSeconds],
    ['rpo_seconds', 'Writing that was lost in that drill.', report.rpoSeconds ?? 0],
  ] as const;
  return metrics
    .map(
      ([name, help, value]) =>
        `# HELP docling_pitr_${name} ${help}\n# TYPE docling_pitr_${name} gauge\ndocling_pitr_${name} ${value}\n`,
    )
    .join('');
}

/** The report in lines for people. */
export function describeReport(report: DrillReport): string[] {
  const { sizes, recoveries } = report;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const times = Object.entries(report.phases).map(([name, seconds]) => `${String(seconds).padStart(8)} s  ${name}`);
  return [
    `database ${mb(sizes.databaseBytes)}; full backup ${mb(sizes.fullBackupBytes)}, incremental ${mb(sizes.incrementalBackupBytes)}, ` +
      `repository ${mb(sizes.repositoryBytes)} with ${sizes.walSegments} WAL segments`,
    ...times,
    ...recoveries.map(describeRecovery),
    `RPO ${report.rpoSeconds ?? 'unknown'} s (limit ${report.limits.rpoSeconds} s, archive_timeout ${report.archiveTimeoutSeconds} s)`,
    `RTO ${report.rtoSeconds.toFixed(1)} s (limit ${report.limits.rtoSeconds} s)`,
    ...report.faults.map((fault) => `FAULT: ${fault}`),
    report.verdict === 'passed'
      ? 'PASSED: point-in-time recovery works'
      : 'FAILED: point-in-time recovery is NOT proven',
  ];
}

function describeRecovery({
  target,
  restoreSeconds,
  replaySeconds,
  totalSeconds,
  replayedUntil,
}: RecoveryReport): string {
  if (restoreSeconds === undefined || replaySeconds === undefined) return `recovery to ${target}: came to nothing`;
  const parts = `restore ${restoreSeconds.toFixed(1)} s, replay ${replaySeconds.toFixed(1)} s`;
  return `recovery to ${target}: ${parts}, verified after ${totalSeconds.toFixed(1)} s; last change ${replayedUntil ?? 'before the backup'}`;
}
