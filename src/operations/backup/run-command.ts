import type { Config } from '../../config.js';
import { explain } from '../../runtime/explain.js';
import { BackupError, Interrupted } from './backup-error.js';
import { removeLeftCopies } from './copies.js';
import type { DumpOptions } from './dump.js';
import { LogFile, removeOldLogs } from './log-file.js';
import { makeBackup } from './make-backup.js';
import { writeMetrics } from './metrics-file.js';
import { ProofFailed, proveBackup } from './prove-backup.js';
import { writeReport, writeRunReport, type BackupReport, type RunReport } from './report.js';
import type { Run } from './run.js';
import { findServer } from './server.js';
import {
  applyRetention,
  findBackup,
  listBackups,
  openStore,
  removeUnfinished,
  withStore,
  type StoredBackup,
} from './store.js';

export interface CommandOptions {
  readonly config: Config;
  /** For libpq's own variables. */
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted by Interrupted when the process is to stop. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
  /** Connections that restore at once. */
  readonly restoreJobs: number;
}

/** What a run came to. */
export interface Outcome {
  /** The backup that was made or proven; its report also says whether it was. */
  readonly backup: BackupReport | undefined;
  /** Each a sentence; none when all is well. */
  readonly problems: readonly string[];
  readonly interrupted: Interrupted | undefined;
}

/** Makes a backup and, with `verify`, proves that it restores; then deletes those that are too old. */
export function runBackup(options: CommandOptions, dump: DumpOptions, verify: boolean): Promise<Outcome> {
  return runCommand('backup', options, async (run, note) => {
    const backup = await makeBackup(run, dump);
    note(backup.report);
    run.say(describe(backup.report));
    if (verify) note(await prove(run, options, backup));
    const { retentionDays } = options.config.backup;
    const expired = await applyRetention(run.directory, run.server.database, retentionDays, new Date());
    for (const name of expired) run.say(`deleted ${name}, older than ${retentionDays} days`);
  });
}

/** Proves that a backup restores: the one that `wanted` names, else the newest. */
export function runVerify(options: CommandOptions, wanted: string | undefined): Promise<Outcome> {
  return runCommand('verify', options, async (run, note) => {
    const backup = await findBackup(run.directory, run.server.database, wanted);
    if (backup.report) note(backup.report);
    note(await prove(run, options, backup));
  });
}

async function prove(
  run: Run,
  { config, restoreJobs }: CommandOptions,
  backup: StoredBackup,
): Promise<BackupReport | undefined> {
  const { rtoSeconds } = config.backup;
  const verification = await proveBackup(run, backup, { jobs: restoreJobs, rtoSeconds });
  run.say(`PROVEN: ${backup.name} restores, in ${verification.restoreSeconds.toFixed(1)} s, to what was dumped`);
  if (!backup.report) return undefined;
  const report = { ...backup.report, verification };
  await writeReport(backup.folder, report);
  return report;
}

/** Runs `work` under the lock, after cleaning up behind killed runs, and leaves log, report and metrics of how it went. */
async function runCommand(
  command: RunReport['command'],
  options: CommandOptions,
  work: (run: Run, note: (report: BackupReport | undefined) => void) => Promise<void>,
): Promise<Outcome> {
  const { config, environment, signal, print } = options;
  const { dir: directory, database, retentionDays } = config.backup;
  await openStore(directory);
  return withStore(directory, async () => {
    const startedAt = new Date();
    const log = await LogFile.open(directory, command, startedAt);
    const say = (line: string): void => {
      print(line);
      log.write(line);
    };
    let backup: BackupReport | undefined;
    let error: unknown;
    try {
      const run = { server: await findServer(config, environment), directory, signal, say };
      for (const name of await removeUnfinished(directory)) say(`removed ${name}, which a killed run left`);
      for (const name of await removeLeftCopies(run.server, directory, signal))
        say(`removed the copy ${name}, which a killed run left`);
      await work(run, (report) => (backup = report));
    } catch (thrown) {
      error = thrown;
    }
    const problems = error === undefined ? [] : describeProblems(error);
    for (const problem of problems) say(`FAILED: ${problem}`);
    await record(directory, database, {
      version: 1,
      command,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      success: problems.length === 0,
      problems,
      backup: backup ?? null,
    });
    await removeOldLogs(directory, retentionDays, startedAt);
    print(`log: ${log.file}`);
    log.close();
    return { backup, problems, interrupted: error instanceof Interrupted ? error : undefined };
  });
}

async function record(directory: string, database: string, report: RunReport): Promise<void> {
  await writeRunReport(directory, report);
  const reports = (await listBackups(directory, database)).flatMap((backup) => backup.report ?? []);
  await writeMetrics(directory, reports, report.success);
}

function describeProblems(error: unknown): readonly string[] {
  if (error instanceof ProofFailed) return error.problems;
  if (error instanceof BackupError) return [error.message];
  return [explain(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))];
}

function describe({ path, sizeBytes, tables, rows, seconds }: BackupReport): string {
  return `${path}: ${(sizeBytes / 1e6).toFixed(1)} MB, ${rows} rows of ${tables} tables, in ${seconds.total.toFixed(1)} s`;
}
