type Close = () => Promise<void>;

/**
 * What a process has to close at its end, also at that of a start that failed half-way: first all work,
 * at once, since each may take its full time limit; then the resources beneath it, the last opened first.
 */
export class Closing {
  private readonly work: Close[] = [];
  private readonly resources: Close[] = [];

  /** Registers work in progress, such as a server or a worker. */
  addWork(close: Close): void {
    this.work.push(close);
  }

  /** Registers what work stands on, such as a pool. */
  addResource(close: Close): void {
    this.resources.unshift(close);
  }

  /** Closes everything, whatever fails on the way; throws the first failure at the end. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    const run = (close: Close) => close().catch((error: unknown) => failures.push(error));
    await Promise.all(this.work.splice(0).map(run));
    for (const close of this.resources.splice(0)) await run(close);
    if (failures.length > 0) throw failures[0];
  }
}
