import { setTimeout as delay } from 'node:timers/promises';

/** Mean time between two faults. */
const MEAN_PAUSE_MS = 1_200;

/** Hurts the service at random, and only processes that the run itself started. */
export class Faults {
  /** How often each was done. @type {Record<string, number>} */
  counts = {};
  /** How processes that were told to end did so. @type {Set<string>} */
  gracefulEnds = new Set();
  /** @type {Promise<void>[]} */
  #underWay = [];
  #crash = Promise.resolve();

  /**
   * @param {object} parts
   * @param {import('./random.mjs').Random} parts.random
   * @param {readonly import('./service.mjs').ServiceProcess[]} parts.webs
   * @param {readonly import('./service.mjs').ServiceProcess[]} parts.workers
   * @param {import('./postgres.mjs').ChaosPostgres} parts.postgres
   * @param {number} parts.leaseMs
   */
  constructor({ random, webs, workers, postgres, leaseMs }) {
    this.random = random;
    this.webs = webs;
    this.workers = workers;
    this.postgres = postgres;
    this.leaseMs = leaseMs;
  }

  /** @param {AbortSignal} signal ends it; what is under way, such as a stopped process, is mended first */
  async run(signal) {
    while (!signal.aborted) {
      const pauseMs = -Math.log(1 - this.random.fraction()) * MEAN_PAUSE_MS;
      await delay(Math.min(pauseMs, 5_000), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const [name, inflict] = this.random.pickWeighted(this.#choices());
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      this.#underWay.push(inflict());
    }
    await Promise.all(this.#underWay);
  }

  /** @returns {readonly (readonly [number, readonly [string, () => Promise<void>]])[]} */
  #choices() {
    return [
      [4, ['SIGKILL of a worker', () => this.#kill(this.workers)]],
      [4, ['SIGSTOP and SIGCONT of a worker', () => this.#pauseWorker()]],
      [4, ['SIGKILL of a converter child', () => this.#killConverter()]],
      [2, ['SIGSTOP and SIGCONT of a converter child', () => this.#pauseConverter()]],
      [1, ['SIGTERM of a worker', () => this.#end(this.workers)]],
      [1, ['SIGKILL of a web process', () => this.#kill(this.webs)]],
      [1, ['SIGTERM of a web process', () => this.#end(this.webs)]],
      [1, ['crash of PostgreSQL', () => this.#crashPostgres()]],
      [3, ['kill of half the database connections', () => this.postgres.killConnections().then(() => undefined)]],
    ];
  }

  /** @param {readonly import('./service.mjs').ServiceProcess[]} processes */
  async #kill(processes) {
    this.random.pick(processes)?.signal('SIGKILL');
  }

  /** @param {readonly import('./service.mjs').ServiceProcess[]} processes */
  async #end(processes) {
    this.random.pick(processes)?.signal('SIGTERM');
  }

  async #pauseWorker() {
    await this.#pause(this.random.pick(this.workers)?.pid);
  }

  async #pauseConverter() {
    await this.#pause(this.#converter());
  }

  async #killConverter() {
    signalProcess(this.#converter(), 'SIGKILL');
  }

  #converter() {
    return this.random.pick(this.workers.flatMap((worker) => worker.children()));
  }

  /** @param {number | undefined} pid */
  async #pause(pid) {
    signalProcess(pid, 'SIGSTOP');
    await delay(this.random.between(0.3, 2.5) * this.leaseMs);
    signalProcess(pid, 'SIGCONT');
  }

  /** One at a time. */
  #crashPostgres() {
    const pauseMs = this.random.between(0, 4_000);
    this.#crash = this.#crash.then(() => this.postgres.crash(pauseMs));
    return this.#crash;
  }
}

/**
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} name
 */
function signalProcess(pid, name) {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // it has ended meanwhile
  }
}
