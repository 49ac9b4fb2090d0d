import type { JobRepository, UnfinishedJob } from '../jobs/job-repository.js';
import { readCheckpoint } from './checkpoint.js';
import type { WorkFolders } from './work-folder.js';

/** Jobs that are looked up at once. */
const BATCH = 500;

/**
 * Removes work folders that nobody needs: not the attempt under way, and no checkpoint that is still good.
 * The jobs say which those are, so a job that was cancelled or deleted elsewhere, an attempt
 * that died and a worker with a wrong clock all come out right.
 */
export class WorkSweeper {
  constructor(
    private readonly jobs: JobRepository,
    private readonly folders: WorkFolders,
  ) {}

  /** Looks at every folder there is. */
  async runOnce(): Promise<void> {
    const jobIds = await this.folders.listJobs();
    for (let start = 0; start < jobIds.length; start += BATCH) await this.sweep(jobIds.slice(start, start + BATCH));
  }

  /** Looks at the folders of one job. */
  async sweepJob(jobId: string): Promise<void> {
    await this.sweep([jobId]);
  }

  private async sweep(jobIds: readonly string[]): Promise<void> {
    // The folders first: one that is made after the jobs were read would seem unwanted.
    const attempts = new Map<string, number[]>();
    for (const jobId of jobIds) attempts.set(jobId, await this.folders.listAttempts(jobId));
    const unfinished = new Map((await this.jobs.listUnfinished(jobIds)).map((job) => [job.id, job]));
    for (const [jobId, tokens] of attempts) {
      const job = unfinished.get(jobId);
      if (job) await this.removeUnwanted(job, tokens);
      else await this.folders.removeJob(jobId);
    }
  }

  private async removeUnwanted(job: UnfinishedJob, tokens: readonly number[]): Promise<void> {
    const wanted = new Set([job.running ? job.fencingToken : undefined, savedBy(job)]);
    for (const fencingToken of tokens) {
      if (!wanted.has(fencingToken)) await this.folders.remove({ jobId: job.id, fencingToken });
    }
  }
}

/** The attempt whose folder the job's checkpoint needs, if it can be used at all. */
function savedBy({ checkpointData, now }: UnfinishedJob): number | undefined {
  try {
    return readCheckpoint(checkpointData, now).fencingToken;
  } catch {
    return undefined;
  }
}
