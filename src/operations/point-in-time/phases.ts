/** What a drill says of its progress, and how long each part of it took. */
export class Phases {
  /** Seconds by the name of the phase, in order. */
  readonly seconds: Record<string, number> = {};

  constructor(
    private readonly say: (line: string) => void,
    private readonly signal?: AbortSignal,
  ) {}

  /** Runs and times one phase. @throws the reason of the signal when the drill was ended */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.signal?.throwIfAborted();
    this.say(`${name} …`);
    const began = performance.now();
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - began) / 1_000;
      this.seconds[name] = Math.round(seconds * 10) / 10;
      this.say(`${name}: ${seconds.toFixed(1)} s`);
    }
  }
}
