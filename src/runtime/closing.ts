type Close = () => Promise<void>;

/**
 * What a process has to close at its end, also at that of a start that failed half-way: first all work,
 * at once, since each may take its full time limit; then the resources beneath it, the last opened first.
 */
export class Closing {
  private readonly work = new Map<string, Close>();
  private readonly resources = new Map<string, Close>();
  private readonly underWay = new Set<string>();

  /** Registers work in progress, such as a server or a worker. */
  addWork(name: string, close: Close): void {
    this.work.set(name, close);
  }

  /** Registers what work stands on, such as a pool. */
  addResource(name: string, close: Close): void {
    this.resources.set(name, close);
  }

  /** What is being closed at this moment. */
  get waitingFor(): readonly string[] {
    return [...this.underWay];
  }

  /** Closes everything, whatever fails on the way; throws the first failure at the end. Safe to repeat. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    const run = async ([name, close]: [string, Close]) => {
      this.underWay.add(name);
      await close().catch((error: unknown) => failures.push(error));
      this.underWay.delete(name);
    };
    await Promise.all(take(this.work).map(run));
    for (const resource of take(this.resources).reverse()) await run(resource);
    if (failures.length > 0) throw failures[0];
  }
}

function take(closes: Map<string, Close>): [string, Close][] {
  const all = [...closes];
  closes.clear();
  return all;
}
