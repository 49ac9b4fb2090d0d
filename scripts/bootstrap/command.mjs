import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './checkout.mjs';

/** @typedef {import('node:net').Server} Lock */

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program with this terminal and returns its exit code; 128 + n when signal n ended it. A
 * signal to this process is passed on, and once the program has ended, this process ends too.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeoutMs] the program is killed then
 * @param {Lock} [options.lock] a lock that the program is to hold as well: should this process be
 *   killed, the lock lasts until the program has ended
 * @returns {Promise<number>}
 */
export async function run(file, args, { env = process.env, timeoutMs, lock } = {}) {
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['inherit', 'inherit', 'inherit', ...(lock === undefined ? [] : descriptorOf(lock))];
  const child = spawn(file, args, {
    cwd: ROOT,
    env,
    stdio,
    shell: process.platform === 'win32',
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
  });
  /** @type {NodeJS.Signals | undefined} */
  let received;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    received = signal;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
    if (received !== undefined) process.exit(128 + constants.signals[received]);
    return code;
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/**
 * Node has no documented way to share a listening socket with a program that is not Node; where the
 * undocumented one fails, a killed process only gives up its lock earlier.
 *
 * @param {Lock} lock
 * @returns {number[]}
 */
function descriptorOf(lock) {
  const descriptor = /** @type {{ _handle?: { fd?: number } }} */ (/** @type {unknown} */ (lock))._handle?.fd;
  return descriptor === undefined || descriptor < 0 ? [] : [descriptor];
}

/**
 * Runs npm: the one that runs this script, else the one on the PATH.
 *
 * @param {readonly string[]} args
 * @param {Lock} lock
 * @returns {Promise<number>} its exit code
 */
export function npm(args, lock) {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? run(process.execPath, [script, ...args], { lock }) : run('npm', args, { lock });
}
