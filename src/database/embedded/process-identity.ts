import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hasErrorCode } from './errors.js';

/**
 * A process as files on disk can name it: a pid alone may have been given to another process since.
 * Linux and macOS tell when a process started; on Windows the pid has to do.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: equal for the same process, different for any other with the same pid. */
  readonly startedAt: string;
}

export function identifyThisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? '' };
}

/** Whether that very process still runs; a zombie does not. */
export function isRunning(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.startedAt;
}

/** The command line of a running process, its arguments separated by NUL or blanks; '' where it cannot be known. */
export function commandLineOf(pid: number): string {
  if (process.platform === 'linux') return readIfPresent(`/proc/${pid}/cmdline`);
  return process.platform === 'darwin' ? listProcess(pid, 'command=') : '';
}

function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return startOnLinux(pid);
  if (process.platform === 'darwin') return listProcess(pid, 'lstart=') || undefined;
  return isPidTaken(pid) ? '' : undefined;
}

function startOnLinux(pid: number): string | undefined {
  const stat = readIfPresent(`/proc/${pid}/stat`);
  // The command name, in brackets, may hold blanks and brackets itself. After it: field 3, the state,
  // and 19 further on field 22, the start in clock ticks since boot (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const ticks = fields[19];
  if (ticks === undefined || state === 'Z' || state === 'X') return undefined;
  return `${readIfPresent('/proc/sys/kernel/random/boot_id').trim()}:${ticks}`;
}

export function isPidTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrorCode(error, 'EPERM');
  }
}

function listProcess(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
