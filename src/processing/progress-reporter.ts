import { AppError } from '../errors.js';
import type { JobRepository } from '../jobs/job-repository.js';
import { LeaseLost, type Attempt } from './attempt.js';
import { percentAt, type Stage } from './stage.js';

/** Time between two writes of progress within a stage. */
const INTERVAL_MS = 500;

/**
 * Writes an attempt's stage and percent: every change of stage, and within a stage now and then, one
 * write at a time. A write that finds the lease gone stops the attempt; one that finds the database away
 * is dropped, for the next one makes up for it.
 */
export class ProgressReporter {
  private percent = 0;
  private writtenAt = 0;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly jobs: JobRepository,
    private readonly attempt: Attempt,
  ) {}

  /** Enters a stage. `written`: the statement that changed the status has noted the stage as well. */
  async enter(stage: Stage, { written = false } = {}): Promise<void> {
    this.attempt.signal.throwIfAborted();
    await this.settle();
    this.attempt.stage = stage;
    this.percent = percentAt(stage, 0);
    this.writtenAt = performance.now();
    if (!written) await this.write();
    this.attempt.signal.throwIfAborted();
  }

  /** Takes note of how far the stage is, 0 to 1; never goes back. */
  report(fraction: number): void {
    const percent = percentAt(this.attempt.stage, fraction);
    const soon = performance.now() - this.writtenAt < INTERVAL_MS;
    if (percent <= this.percent || soon || this.writing || this.attempt.signal.aborted) return;
    this.percent = percent;
    this.writtenAt = performance.now();
    this.writing = this.write().finally(() => {
      this.writing = undefined;
    });
  }

  /** Waits for the write under way. */
  async settle(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    try {
      const held = await this.jobs.recordProgress(this.attempt.lease, this.attempt.stage, this.percent);
      if (!held) this.attempt.abort(new LeaseLost());
    } catch (error) {
      if (!(error instanceof AppError)) this.attempt.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
