/** Why a waiter left the queue without being served. */
export class QueueFullError extends Error {}
export class WaitTimeoutError extends Error {}

interface Waiter<T> {
  readonly serve: (value: T) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Waiters for a thing that becomes free: first come, first served, and only so many. */
export class WaitQueue<T> {
  /** A Set keeps the order of arrival, and lets go of those in its middle. */
  private readonly waiters = new Set<Waiter<T>>();

  constructor(private readonly capacity: number) {}

  get length(): number {
    return this.waiters.size;
  }

  /**
   * Waits to be served. Rejects with QueueFullError at once, with WaitTimeoutError after
   * `timeoutMs`, and with the signal's reason when aborted.
   */
  async wait({ signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number }): Promise<T> {
    signal.throwIfAborted();
    if (this.waiters.size >= this.capacity) throw new QueueFullError();
    let leave: () => void = () => undefined;
    try {
      return await new Promise<T>((serve, refuse) => {
        const waiter = { serve, refuse };
        const timer = setTimeout(() => refuse(new WaitTimeoutError()), timeoutMs);
        const abort = () => refuse(signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        this.waiters.add(waiter);
        leave = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
          this.waiters.delete(waiter);
        };
      });
    } finally {
      leave();
    }
  }

  /** Gives `value` to who has waited longest; false when nobody waits. */
  serve(value: T): boolean {
    for (const waiter of this.waiters) {
      this.waiters.delete(waiter);
      waiter.serve(value);
      return true;
    }
    return false;
  }

  /** Turns everyone away. */
  refuseAll(reason: unknown): void {
    for (const waiter of this.waiters) waiter.refuse(reason);
    this.waiters.clear();
  }
}
