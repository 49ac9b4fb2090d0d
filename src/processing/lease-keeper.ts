import type { Attempt } from './attempt.js';
import { LeaseLost } from './attempt.js';
import type { LeaseRepository } from './lease-repository.js';

/** The worker's signs of life: prolongs the leases of all running attempts, and stops those that lost theirs. */
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
      for (const attempt of running) {
        if (held.has(attempt.job.id)) attempt.heldAt = askedAt;
        else attempt.abort(new LeaseLost());
      }
    } finally {
      for (const attempt of running) {
        if (performance.now() - attempt.heldAt > this.leaseMs) attempt.abort(new LeaseLost());
      }
    }
  }
}
