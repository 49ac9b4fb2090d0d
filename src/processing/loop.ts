/** For loops that run in many processes and should not keep step: a pause around `meanMs`, half of it to half as much again. */
export function jittered(meanMs: number): () => number {
  return () => meanMs * (0.5 + Math.random());
}

/**
 * Repeats `work` until it is stopped: at once when it answered true, else after a pause or a call of
 * `wake`, whichever comes first. An error is told and does not end it.
 */
export class Loop {
  private stopped = false;
  private awake = false;
  private endPause: () => void = () => undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly work: () => Promise<boolean>,
    private readonly pauseMs: number | (() => number),
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.ended = this.run();
  }

  /** Ends the pause, or spares the next one. */
  wake(): void {
    this.awake = true;
    this.endPause();
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const more = await this.work().catch((error: unknown) => {
        this.onError(error);
        return false;
      });
      if (!more && !this.awake) await this.pause();
      this.awake = false;
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, typeof this.pauseMs === 'number' ? this.pauseMs : this.pauseMs());
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
