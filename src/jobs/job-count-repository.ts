import type { Executor } from '../database/database.js';
import { JOB_STATUSES, type JobStatus } from './job-states.js';

/** The most rows that one fold takes, as migration 0010 has it: after so many there may be more. */
const FOLD_LIMIT = 20_000;

/** How many jobs there are in each status, which the database counts as they come, change and go. */
export class JobCountRepository {
  constructor(private readonly executor: Executor) {}

  /** For every status; exact, and of one moment. */
  async list(): Promise<ReadonlyMap<JobStatus, number>> {
    const counts = new Map<JobStatus, number>(JOB_STATUSES.map((status) => [status, 0]));
    for (const { status, jobs } of await this.executor.query('job-counts/list', [])) counts.set(status, jobs);
    return counts;
  }

  /** Keeps the sum short. Answers whether there may be more to fold. */
  async fold(): Promise<boolean> {
    const [row] = await this.executor.query('job-counts/fold', []);
    return (row?.folded ?? 0) >= FOLD_LIMIT;
  }
}
