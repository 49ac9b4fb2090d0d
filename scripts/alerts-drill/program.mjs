import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { toolPath } from '../bootstrap/tools.mjs';

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 100;

/**
 * @typedef {object} ProgramOptions
 * @property {string} name for messages and its log
 * @property {string} file
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} [env] beside PATH
 * @property {{ uid?: number, gid?: number }} [account]
 * @property {string} log file that its output goes to
 * @property {NodeJS.Signals} [ending] what asks it to end
 * @property {() => Promise<boolean>} isReady
 */

/** A program that the drill started; only such are ever signalled. */
export class Program {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /** @param {ProgramOptions} options */
  constructor(options) {
    this.options = options;
  }

  get name() {
    return this.options.name;
  }

  get isRunning() {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when it is ready; rejects, with the place of its log, when it ends or takes too long. */
  async start() {
    const { name, file, args, env = {}, account = {}, log, isReady } = this.options;
    const child = spawn(file, args, {
      ...account,
      cwd: '/', // servers have to be able to read the folder that they are started in
      env: { PATH: toolPath(), LC_ALL: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const output = createWriteStream(log, { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
    /** @type {Error | undefined} */
    let failure;
    child.once('error', (error) => (failure = error));
    for (let waitedMs = 0; waitedMs < START_LIMIT_MS; waitedMs += POLL_MS) {
      if (failure || !this.isRunning) break;
      if (await isReady().catch(() => false)) return;
      await delay(POLL_MS);
    }
    await this.kill();
    throw new Error(`${name} did not start${failure ? ` (${failure.message})` : ''}: see ${log}`);
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    if (this.isRunning) this.#child?.kill(name);
  }

  /** Ends it as it ends by itself; by force when it does not. */
  async stop() {
    const { ending = 'SIGTERM' } = this.options;
    if (!this.isRunning) return;
    this.signal('SIGCONT');
    this.signal(ending);
    const ended = once(/** @type {import('node:child_process').ChildProcess} */ (this.#child), 'exit');
    await Promise.race([ended, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
    await this.kill();
  }

  /** Ends it as a crash does. */
  async kill() {
    if (!this.isRunning) return;
    const ended = once(/** @type {import('node:child_process').ChildProcess} */ (this.#child), 'exit');
    this.signal('SIGKILL');
    await ended;
  }
}

/** A port of 127.0.0.1 that nobody listens on. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Whether an HTTP server answers with 200.
 *
 * @param {string} url
 */
export async function answers(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok;
}
