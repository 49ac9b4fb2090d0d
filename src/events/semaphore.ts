/** Lets at most `limit` pieces of work run at once; the others wait in the order they came. */
export class Semaphore {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly limit: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) await new Promise<void>((resolve) => this.queue.push(resolve));
    else this.running += 1;
    try {
      return await work();
    } finally {
      // Whoever is next takes over the place; else it is free.
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
