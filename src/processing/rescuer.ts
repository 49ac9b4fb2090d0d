import { isTerminal, type JobStatus } from '../jobs/job-states.js';
import type { JobRepository } from '../jobs/job-repository.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import type { WorkFolders } from './work-folder.js';

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
  constructor(
    private readonly jobs: JobRepository,
    private readonly folders: WorkFolders,
    private readonly leaseMs: number,
    private readonly metrics: Pick<Metrics, 'jobsRescued' | 'jobsFinished'>,
    private readonly logger: Logger,
  ) {}

  /** One round. Answers whether there may be more to rescue. */
  async runOnce(): Promise<boolean> {
    const rescued = await this.jobs.rescueExpired(BATCH, this.leaseMs, WORKER_LOST);
    for (const { id, status, retryCount, workerId } of rescued) {
      this.metrics.jobsRescued.inc({ status });
      this.logger.warn('job rescued from a lost worker', { jobId: id, status, retryCount, lostWorkerId: workerId });
      if (isTerminal(status)) await this.end(id, status);
    }
    return rescued.length >= BATCH;
  }

  private async end(jobId: string, status: JobStatus): Promise<void> {
    this.metrics.jobsFinished.inc({ status });
    await this.folders.removeJob(jobId).catch((error: unknown) => {
      this.logger.warn('work folder not removed; the sweep will', { jobId, error });
    });
  }
}
