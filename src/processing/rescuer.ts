import { AppError } from '../errors.js';
import type { EventRepository } from '../events/event-repository.js';
import type { JobRepository } from '../jobs/job-repository.js';
import { isTerminal } from '../jobs/job-states.js';
import type { Transition, TransitionRecorder } from '../jobs/transitions.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import type { WorkFolders } from './work-folder.js';

export interface RescuerParts {
  readonly jobs: Pick<JobRepository, 'rescueExpired'>;
  readonly events: Pick<EventRepository, 'listNewestTransitions'>;
  readonly folders: WorkFolders;
  readonly leaseMs: number;
  readonly metrics: Pick<Metrics, 'jobsRescued'>;
  readonly transitions: Pick<TransitionRecorder, 'record'>;
  readonly logger: Logger;
}

type Rescued = Awaited<ReturnType<JobRepository['rescueExpired']>>[number];
type Left = Pick<Transition, 'from' | 'seconds' | 'stage'>;

/** Jobs of one round; a round that finds as many is followed by the next at once. */
const BATCH = 100;

/** What a rescued job's row says until its next attempt, or for good when there is none. */
const WORKER_LOST = {
  code: 'E201',
  message: 'The worker that had the job gave no sign of life for too long.',
  details: null,
} as const;

/** Takes jobs from workers that died. Runs in every worker, and needs no leader. */
export class Rescuer {
  constructor(private readonly parts: RescuerParts) {}

  /** One round. Answers whether there may be more to rescue. */
  async runOnce(): Promise<boolean> {
    const rescued = await this.parts.jobs.rescueExpired(BATCH, this.parts.leaseMs, WORKER_LOST);
    if (rescued.length === 0) return false;
    const left = await this.whatTheyLeft(rescued);
    for (const job of rescued) {
      this.note(job, left.get(job.id));
      if (isTerminal(job.status)) await this.removeFolder(job.id);
    }
    return rescued.length >= BATCH;
  }

  private note({ id, status, fencingToken, workerId }: Rescued, left: Left | undefined): void {
    this.parts.metrics.jobsRescued.inc({ status });
    this.parts.transitions.record({
      jobId: id,
      ...(left ?? { from: undefined, seconds: null }),
      to: status,
      workerId,
      attempt: fencingToken,
      errorCode: WORKER_LOST.code,
      cause: 'rescue',
    });
  }

  /** The jobs are rescued by now: when the audit trail cannot be read, what they were stays unknown. */
  private async whatTheyLeft(rescued: readonly Rescued[]): Promise<ReadonlyMap<string, Left>> {
    const ids = rescued.map(({ id }) => id);
    const statuses = rescued.map(({ status }) => status);
    const rows = await this.parts.events.listNewestTransitions(ids, statuses).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      return [];
    });
    return new Map(
      rows.map(({ jobId, previousStatus: from, seconds, stage }) => [jobId, { from, seconds, stage }] as const),
    );
  }

  private async removeFolder(jobId: string): Promise<void> {
    await this.parts.folders.removeJob(jobId).catch((error: unknown) => {
      this.parts.logger.warn('work folder not removed; the sweep will', { jobId, error });
    });
  }
}
