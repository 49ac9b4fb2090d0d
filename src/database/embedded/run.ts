import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** The account a program runs as: empty is the one of this process. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const PASSED_ON = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'];

/**
 * Environment of the server and its tools: not ours, which may hold secrets and `PG…` settings, and
 * with messages in English, which are matched.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), LC_ALL: 'C' };
}

/** A working directory that every account can enter: PostgreSQL refuses to run in one that it cannot read. */
export const NEUTRAL_DIRECTORY = path.parse(process.execPath).root;

const execute = promisify(execFile);

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws Error with the program's standard error in its message; killed after `timeoutMs`.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: { readonly account?: Account; readonly timeoutMs: number },
): Promise<string> {
  const { stdout } = await execute(file, args, {
    ...options.account,
    cwd: NEUTRAL_DIRECTORY,
    env: serverEnvironment(),
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  return stdout;
}
