import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../../scripts/bootstrap/checkout.mjs';

/** Longest that a process may take from SIGTERM to its end. */
const STOP_LIMIT_MS = 35_000;

/** One process of the service, web or worker, that is started again whenever it ends. */
export class ServiceProcess {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #wanted = true;
  #log;
  /** Where it listens, of a web process that does. @type {string | undefined} */
  url;
  /** Whether it has started: before, a SIGTERM ends it as it ends any program. */
  isReady = false;
  /** Exit codes and signals of all runs that ended. @type {string[]} */
  ends = [];

  /**
   * @param {string} name
   * @param {'web.js' | 'worker.js'} entry
   * @param {NodeJS.ProcessEnv} settings
   * @param {string} logFolder
   */
  constructor(name, entry, settings, logFolder) {
    this.name = name;
    this.entry = entry;
    this.settings = settings;
    this.#log = createWriteStream(path.join(logFolder, `${name}.log`));
    this.#start();
  }

  get pid() {
    const child = this.#child;
    return child && child.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  /** The processes that it started and that still run. */
  children() {
    return this.pid === undefined ? [] : childrenOf(this.pid);
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    if (this.pid !== undefined) this.#child?.kill(name);
  }

  /** Ends it for good and at once. */
  kill() {
    this.#wanted = false;
    this.signal('SIGKILL');
  }

  /** Ends it for good; answers how it ended. */
  async stop() {
    this.#wanted = false;
    const child = this.#child;
    if (!child || this.pid === undefined) return this.ends.at(-1) ?? 'never ran';
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const late = delay(STOP_LIMIT_MS, 'late', { ref: false });
    if ((await Promise.race([exited, late])) === 'late') {
      child.kill('SIGKILL');
      await exited;
      return 'had to be killed';
    }
    return this.ends.at(-1) ?? '';
  }

  #start() {
    this.url = undefined;
    this.isReady = false;
    const child = spawn(process.execPath, [path.join(ROOT, 'dist', this.entry)], {
      env: { PATH: process.env.PATH, ...this.settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (/** @type {Buffer} */ chunk) => {
        this.#log.write(chunk);
        const [, url] = /"url":"(http:[^"]+)"/.exec(chunk.toString()) ?? [];
        if (url) this.url = url;
        if (url || /"working jobs"/.test(chunk.toString())) this.isReady = true;
      });
    }
    child.once('exit', (code, signal) => {
      this.url = undefined;
      this.ends.push(signal ?? `exit code ${code}`);
      if (this.#wanted) setTimeout(() => this.#wanted && this.#start(), 300);
    });
  }
}

/**
 * @param {number} parent
 * @returns {number[]}
 */
export function childrenOf(parent) {
  try {
    return readdirSync(`/proc/${parent}/task`).flatMap((thread) =>
      readFileSync(`/proc/${parent}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended
  }
}

/**
 * Whether the process is there and not a zombie.
 *
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
