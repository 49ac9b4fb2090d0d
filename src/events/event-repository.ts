import type { Executor, Row } from '../database/database.js';
import type { JobStatus } from '../jobs/job-states.js';

export type JobEvent = Row<'events/list-after'>;
export type EventPosition = Row<'events/find-position'>;
export type ChangedJob = Row<'events/list-changed'>;

/** Reads of the audit trail; triggers write it. */
export class EventRepository {
  constructor(private readonly executor: Executor) {}

  /** Undefined: there is no such job of the client. */
  async findPosition(jobId: string, clientId: string): Promise<EventPosition | undefined> {
    const [row] = await this.executor.query('events/find-position', [jobId, clientId]);
    return row;
  }

  /** At most `limit` events after the one numbered `seq`, in order. */
  async listAfter(jobId: string, seq: number, limit: number): Promise<JobEvent[]> {
    return this.executor.query('events/list-after', [jobId, seq, limit]);
  }

  /** Of each job the newest change to a status, where there is one. The lists are of one length. */
  async listNewestTransitions(
    jobIds: readonly string[],
    statuses: readonly JobStatus[],
  ): Promise<Row<'events/list-newest-transitions'>[]> {
    return this.executor.query('events/list-newest-transitions', [jobIds, statuses]);
  }

  /** Which of the jobs have events after those seen, or are gone. The lists are of one length. */
  async listChanged(jobIds: readonly string[], seenSeqs: readonly number[]): Promise<ChangedJob[]> {
    return this.executor.query('events/list-changed', [jobIds, seenSeqs]);
  }
}
