import type { Executor } from '../database/database.js';
import type { Lease } from '../jobs/job-repository.js';

/** The statements on `job_leases` alone; claiming and finishing touch them along with the job. */
export class LeaseRepository {
  constructor(private readonly executor: Executor) {}

  /** Prolongs the worker's leases by `leaseMs` from now, and answers the ids of the jobs that it still holds. */
  async prolong(workerId: string, leases: readonly Lease[], leaseMs: number): Promise<Set<string>> {
    const rows = await this.executor.query('leases/prolong', [workerId, ...columnsOf(leases), leaseMs]);
    return new Set(rows.map(({ jobId }) => jobId));
  }

  /** The ids of the jobs that the worker still holds. Only reads. */
  async listHeld(workerId: string, leases: readonly Lease[]): Promise<Set<string>> {
    const rows = await this.executor.query('leases/list-held', [workerId, ...columnsOf(leases)]);
    return new Set(rows.map(({ jobId }) => jobId));
  }
}

function columnsOf(leases: readonly Lease[]): [jobIds: string[], fencingTokens: number[]] {
  return [leases.map(({ jobId }) => jobId), leases.map(({ fencingToken }) => fencingToken)];
}
