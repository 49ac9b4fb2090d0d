import type { Executor } from '../database/database.js';
import type { Lease } from '../jobs/job-repository.js';

/** The statements on `job_leases` alone; claiming and finishing touch them along with the job. */
export class LeaseRepository {
  constructor(private readonly executor: Executor) {}

  /** Prolongs the worker's leases by `leaseMs` from now, and answers the ids of the jobs that it still holds. */
  async prolong(workerId: string, leases: readonly Lease[], leaseMs: number): Promise<Set<string>> {
    const rows = await this.executor.query('leases/prolong', [
      workerId,
      leases.map(({ jobId }) => jobId),
      leases.map(({ fencingToken }) => fencingToken),
      leaseMs,
    ]);
    return new Set(rows.map(({ jobId }) => jobId));
  }
}
