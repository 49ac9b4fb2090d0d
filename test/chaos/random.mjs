/** Numbers by chance that are the same for the same seed (mulberry32). */
export class Random {
  #state;

  /** @param {number} seed a 32-bit integer */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  fraction() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  between(from, to) {
    return from + (to - from) * this.fraction();
  }

  /**
   * @template T
   * @param {readonly T[]} choices
   * @returns {T | undefined}
   */
  pick(choices) {
    return choices[Math.floor(this.fraction() * choices.length)];
  }

  /**
   * @template T
   * @param {readonly (readonly [weight: number, choice: T])[]} choices
   * @returns {T}
   */
  pickWeighted(choices) {
    let left = this.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices[0][1];
  }
}
