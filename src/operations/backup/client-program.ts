import { spawn } from 'node:child_process';
import { BackupError } from './backup-error.js';

export interface ClientProgramOptions {
  /** The whole environment beside PATH and the place for temporary files. */
  readonly environment: NodeJS.ProcessEnv;
  /** Ends it early, by SIGTERM, on which PostgreSQL's programs cancel what the server does for them. */
  readonly signal: AbortSignal;
  /** Told its process id, once it runs. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 10_000;
/** More than any database takes that this is meant for: a program that hangs is not to hang for ever. */
const LIMIT_MS = 12 * 60 * 60 * 1_000;
const SHOWN_CHARACTERS = 2_000;
const PASSED_ON = ['PATH', 'TMPDIR'];

/**
 * Runs one of PostgreSQL's programs to its end; answers its standard output. Nothing is ever asked of a
 * terminal, and no secret stands in its arguments.
 *
 * @throws BackupError with the end of its standard error; the reason of `signal` where that ended it
 */
export async function runClientProgram(
  file: string,
  args: readonly string[],
  { environment, signal, onStart }: ClientProgramOptions,
): Promise<string> {
  signal.throwIfAborted();
  const inherited = Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
  const child = spawn(file, args, {
    env: { ...inherited, LC_ALL: 'C', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-SHOWN_CHARACTERS)));
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    killer ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  const limit = setTimeout(end, LIMIT_MS);
  signal.addEventListener('abort', end, { once: true });
  try {
    const how = await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => onStart?.(child.pid ?? 0));
      child.once('close', (code, killed) => resolve(code === 0 ? undefined : `ended by ${killed ?? `code ${code}`}`));
    });
    signal.throwIfAborted();
    if (how !== undefined) throw new BackupError(`${file} ${how}: ${errors.trim() || 'it said nothing'}`);
    return output;
  } finally {
    clearTimeout(limit);
    clearTimeout(killer);
    signal.removeEventListener('abort', end);
  }
}
