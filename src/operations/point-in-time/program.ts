import { execFile } from 'node:child_process';
import type { Account } from '../../database/embedded/run.js';
import { NEUTRAL_DIRECTORY, serverEnvironment } from '../../database/embedded/run.js';

export interface ProgramOptions {
  readonly account: Account;
  /** Milliseconds after which it is killed. */
  readonly timeoutMs: number;
  /** Ends it early, with SIGTERM, which every program here obeys and passes on to its own children. */
  readonly signal?: AbortSignal | undefined;
}

/** A program did not end well; `output` is the end of what it printed. */
export class ProgramFailed extends Error {
  constructor(
    program: string,
    how: string,
    readonly output: string,
  ) {
    super(`${program} ${how}${output && `: ${output}`}`);
    this.name = 'ProgramFailed';
  }
}

/** A listing of a repository names some 45,000 segments after a month. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const SHOWN_CHARACTERS = 2_000;
/** Between SIGTERM at the time limit and SIGKILL. */
const GRACE_MS = 10_000;

/**
 * Runs a program to its end and returns its standard output. It gets no environment but PATH and the place for
 * temporary files, so that no `PG…` or `PGBACKREST_…` of the caller changes what it does.
 *
 * @throws ProgramFailed with what it printed; AbortError when `signal` ended it
 */
export function runProgram(program: string, args: readonly string[], options: ProgramOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const child = execFile(
      program,
      args,
      { ...options.account, cwd: NEUTRAL_DIRECTORY, env: serverEnvironment(), maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        timers.forEach(clearTimeout);
        options.signal?.removeEventListener('abort', terminate);
        if (options.signal?.aborted) return reject(options.signal.reason as Error);
        if (!error) return resolve(stdout);
        const how = timedOut ? `took longer than ${options.timeoutMs / 1_000} s` : howItEnded(error);
        reject(new ProgramFailed(program, how, `${stderr}${stdout}`.trim().slice(-SHOWN_CHARACTERS)));
      },
    );
    const terminate = (): void => void child.kill('SIGTERM');
    const timers = [
      setTimeout(() => {
        timedOut = true;
        terminate();
      }, options.timeoutMs),
      setTimeout(() => child.kill('SIGKILL'), options.timeoutMs + GRACE_MS),
    ];
    options.signal?.addEventListener('abort', terminate, { once: true });
    if (options.signal?.aborted) terminate();
  });
}

function howItEnded({ code, signal }: { code?: unknown; signal?: unknown }): string {
  // EACCES: it is in no folder of the PATH, one of which the account cannot enter.
  if (code === 'ENOENT' || code === 'EACCES') {
    return 'is not on the PATH; Debian has the programs of PostgreSQL in /usr/lib/postgresql/15/bin';
  }
  return typeof code === 'number' ? `ended with exit code ${code}` : `ended by ${String(signal ?? code)}`;
}
