/** `npm run backup`: makes backups, lists them, and proves that they restore. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { loadConfig } from './config.js';
import { BackupError, Interrupted } from './operations/backup/backup-error.js';
import { formatList } from './operations/backup/format-list.js';
import { runBackup, runVerify, type CommandOptions, type Outcome } from './operations/backup/run-command.js';
import { listBackups, openStore } from './operations/backup/store.js';
import { explain } from './runtime/explain.js';

const USAGE = `Usage: npm run backup -- [COMMAND] [OPTIONS]
  (none)          makes a backup of the database
  list            lists the backups
  verify [NAME]   proves that a backup, by default the newest, restores: into a database of its own, which it removes
Options:
  --verify                      proves the backup that was made
  --format custom|directory     one file, or a folder with a file for each table, which can be dumped in parallel
  --compress N                  0 (none) to 9 (default 1)
  --jobs N                      connections at once, 1 to 16: for a restore, and for a dump in the directory format
                                (default: as many as there are processors, at most 4)`;

const EXIT_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const MOST_JOBS = 16;
const DEFAULT_COMPRESSION = 1;

class UsageError extends Error {}

const print = (line: string) => process.stdout.write(`${line}\n`);

interface Given {
  readonly command: string;
  readonly name: string | undefined;
  readonly verify: boolean;
  readonly format: 'custom' | 'directory';
  readonly compression: number;
  readonly jobs: number;
}

function readArguments(): Given {
  const text = { type: 'string' } as const;
  const options = {
    verify: { type: 'boolean' },
    format: text,
    compress: text,
    jobs: text,
    help: { type: 'boolean' },
  } as const;
  const { values, positionals } = parse(() => parseArgs({ options, allowPositionals: true }));
  const [command = 'run', name, ...rest] = positionals;
  const { verify = false, format = 'custom' } = values;
  if (values.help || rest.length > 0 || !['run', 'list', 'verify'].includes(command)) throw new UsageError(USAGE);
  if (name !== undefined && command !== 'verify') throw new UsageError(USAGE);
  if (format !== 'custom' && format !== 'directory') throw new UsageError('--format takes custom or directory.');
  return {
    command,
    name,
    verify,
    format,
    compression: readNumber('--compress', values.compress, 0, 9) ?? DEFAULT_COMPRESSION,
    jobs: readNumber('--jobs', values.jobs, 1, MOST_JOBS) ?? Math.min(4, availableParallelism()),
  };
}

function parse<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw new UsageError(USAGE);
  }
}

function readNumber(option: string, given: string | undefined, least: number, most: number): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}.`);
}

/** Aborts at the first signal; a second one ends the process at once, and the next run cleans up behind it. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of Object.keys(EXIT_BY_SIGNAL) as (keyof typeof EXIT_BY_SIGNAL)[]) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(EXIT_BY_SIGNAL[signal]);
      stop.abort(new Interrupted(signal));
    });
  }
  return stop.signal;
}

function conclude({ problems, interrupted }: Outcome): void {
  if (interrupted) process.exitCode = EXIT_BY_SIGNAL[interrupted.signal as keyof typeof EXIT_BY_SIGNAL];
  else process.exitCode = problems.length === 0 ? 0 : 1;
}

async function main(): Promise<void> {
  const { command, name, verify, format, compression, jobs } = readArguments();
  const config = loadConfig();
  const { dir, database } = config.backup;
  if (command === 'list') {
    await openStore(dir);
    for (const line of formatList(await listBackups(dir, database), dir, new Date())) print(line);
    return;
  }
  const options: CommandOptions = {
    config,
    environment: process.env,
    signal: stopOnSignals(),
    print,
    restoreJobs: jobs,
  };
  conclude(
    command === 'verify'
      ? await runVerify(options, name)
      : await runBackup(options, { format, compression, jobs }, verify),
  );
}

try {
  await main();
} catch (error) {
  const isKnown = error instanceof UsageError || error instanceof BackupError;
  process.stderr.write(`${isKnown ? error.message : (explain(error) ?? String(error))}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
