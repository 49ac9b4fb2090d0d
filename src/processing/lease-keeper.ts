import type { Attempt } from './attempt.js';
import { LeaseLost } from './attempt.js';
import type { LeaseRepository } from './lease-repository.js';

/**
 * The worker's signs of life: prolongs the leases of all running attempts, and stops those that lost
 * theirs; between two of them it looks whether there are such, so that a cancelled job stops soon
 * however long a lease is.
 */
export class LeaseKeeper {
  constructor(
    private readonly leases: LeaseRepository,
    private readonly workerId: string,
    private readonly leaseMs: number,
  ) {}

  /** One round. Throws when the database is away; an attempt that was not confirmed for a whole lease is stopped all the same. */
  async runOnce(attempts: Iterable<Attempt>): Promise<void> {
    const running = [...attempts];
    if (running.length === 0) return;
    const askedAt = performance.now();
    try {
      const held = await this.leases.prolong(
        this.workerId,
        running.map(({ lease }) => lease),
        this.leaseMs,
      );
      stopAllBut(held, running);
      for (const attempt of running) if (held.has(attempt.job.id)) attempt.heldAt = askedAt;
    } finally {
      for (const attempt of running) {
        if (performance.now() - attempt.heldAt > this.leaseMs) attempt.abort(new LeaseLost());
      }
    }
  }

  /** Stops attempts that lost their lease. Throws when the database is away. */
  async lookOnce(attempts: Iterable<Attempt>): Promise<void> {
    const running = [...attempts];
    if (running.length === 0) return;
    const held = await this.leases.listHeld(
      this.workerId,
      running.map(({ lease }) => lease),
    );
    stopAllBut(held, running);
  }
}

function stopAllBut(held: ReadonlySet<string>, attempts: readonly Attempt[]): void {
  for (const attempt of attempts) if (!held.has(attempt.job.id)) attempt.abort(new LeaseLost());
}
