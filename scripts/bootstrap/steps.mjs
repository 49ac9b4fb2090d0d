const HEARTBEAT_MS = 15_000;

/**
 * Announces the steps of a run as `[1/3] installing packages …` and, when done, with the time taken;
 * one that takes long says so every 15 seconds.
 */
export class Steps {
  #count;
  #current = 0;

  /** @param {number} count how many steps there will be */
  constructor(count) {
    this.#count = count;
  }

  /**
   * @template T
   * @param {string} title
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async run(title, work) {
    this.#current += 1;
    const started = performance.now();
    const say = (/** @type {string} */ text) => console.log(`[${this.#current}/${this.#count}] ${title} ${text}`);
    const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
    say('…');
    const heartbeat = setInterval(() => say(`…  ${seconds()}`), HEARTBEAT_MS);
    try {
      const result = await work();
      say(`done  ${seconds()}`);
      return result;
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** @param {string} text a step that has nothing to do */
  skip(text) {
    this.#current += 1;
    console.log(`[${this.#current}/${this.#count}] ${text}`);
  }
}
