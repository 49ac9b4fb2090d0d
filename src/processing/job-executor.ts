import type { Converter } from '../conversion/client/converter.js';
import type { Failure, JobRepository } from '../jobs/job-repository.js';
import { isTerminal, type JobStatus } from '../jobs/job-states.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { LeaseLost, WorkerStopping, type Attempt } from './attempt.js';
import { isRetryable, toFailure } from './failure.js';
import { persist } from './persist.js';
import { ProgressReporter } from './progress-reporter.js';
import { percentAt, retryStatusFor } from './stage.js';
import { bringIn, type BroughtIn, type InputRules } from './stages/bring-in.js';
import { exportResults, type Exports } from './stages/export-results.js';
import { processingLimitMs } from './time-limits.js';
import type { WorkFolders } from './work-folder.js';

export interface ExecutorParts {
  readonly jobs: JobRepository;
  readonly converter: Converter;
  readonly folders: WorkFolders;
  readonly input: InputRules;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface Converted extends Exports {
  readonly toolName: string;
}

/** Takes one claimed job through its stages to its next status. */
export class JobExecutor {
  constructor(private readonly parts: ExecutorParts) {}

  /** Never throws: whatever happens ends in the job's row, or, when the lease is gone, in the log. */
  async run(attempt: Attempt): Promise<void> {
    const { folders, logger, jobs, metrics } = this.parts;
    const log = logger.child({ jobId: attempt.job.id, fencingToken: attempt.lease.fencingToken });
    const progress = new ProgressReporter(jobs, attempt);
    let folder: string | undefined;
    metrics.jobsRunning.inc();
    try {
      folder = await folders.create(attempt.lease);
      const input = await this.upload(attempt, folder);
      const converted = await this.convert(attempt, folder, input, progress);
      await this.save(attempt, converted, progress, log);
    } catch (error) {
      // Once an attempt is stopped, whatever it throws follows from that.
      await this.settle(attempt, attempt.signal.aborted ? attempt.signal.reason : error, log);
    } finally {
      attempt.close();
      metrics.jobsRunning.dec();
      await progress.settle();
      if (folder)
        await folders.remove(folder).catch((error: unknown) => log.warn('work folder not removed', { error }));
    }
  }

  /** Brings the input in, begins the time limit that fits it, and makes the job PROCESSING. */
  private async upload(attempt: Attempt, folder: string): Promise<BroughtIn> {
    const { jobs, input: rules, leaseMs } = this.parts;
    const input = await this.timed(attempt, () => bringIn(attempt, folder, rules));
    attempt.signal.throwIfAborted();
    attempt.limitTime(attempt.job.timeoutMs ?? processingLimitMs(input.size));
    if (attempt.status === 'PROCESSING') return input;
    const facts = { fileName: input.source.fileName, fileSize: input.size, fileMime: input.mimeType };
    const held = await persist(() => jobs.startProcessing(attempt.lease, facts, percentAt('parsing', 0)), leaseMs);
    if (!held) throw new LeaseLost();
    attempt.status = 'PROCESSING';
    return input;
  }

  private async convert(
    attempt: Attempt,
    folder: string,
    { source, size }: BroughtIn,
    progress: ProgressReporter,
  ): Promise<Converted> {
    const { signal, job } = attempt;
    // The attempt's own limit strikes first; this one only guards against its failing to.
    const timeoutMs = (job.timeoutMs ?? processingLimitMs(size)) * 2;
    const onProgress = (fraction: number) => progress.report(fraction);
    await progress.enter('parsing');
    const session = await this.timed(attempt, () => this.parts.converter.open({ signal, timeoutMs }));
    try {
      await progress.enter('conversion');
      const { toolName } = await this.timed(attempt, () => {
        const conversion = session.convert(source, { signal, timeoutMs, onProgress });
        return this.observeConversion(source.format, conversion);
      });
      await progress.enter('export');
      const mayRetry = job.retryCount < job.maxRetries;
      const exports = await this.timed(attempt, () =>
        exportResults(session, { folder, signal, timeoutMs, mayRetry, onProgress }),
      );
      return { toolName, ...exports };
    } finally {
      await session.release();
    }
  }

  private async save(
    attempt: Attempt,
    { toolName, exports, failure }: Converted,
    progress: ProgressReporter,
    log: Logger,
  ) {
    await progress.enter('saving');
    const status = failure ? 'PARTIAL_COMPLETE' : 'COMPLETE';
    const { jobs, leaseMs } = this.parts;
    const held = await this.timed(attempt, () =>
      persist(() => jobs.complete(attempt.lease, status, toolName, exports, failure), leaseMs),
    );
    if (!held) throw new LeaseLost();
    this.noteOutcome(attempt, status, failure, log);
  }

  /** Ends a failed attempt: in its retry state, for good, back in the queue, or not at all when it is not ours to say. */
  private async settle(attempt: Attempt, error: unknown, log: Logger): Promise<void> {
    try {
      if (error instanceof LeaseLost) {
        this.parts.metrics.leasesLost.inc();
        log.warn('attempt stopped: the job is no longer held');
      } else if (error instanceof WorkerStopping) {
        await this.handBack(attempt, log);
      } else {
        await this.recordFailure(attempt, error, log);
      }
    } catch (unwritten) {
      log.error('the outcome could not be written; the lease will run out', { error: unwritten });
    }
  }

  private async handBack(attempt: Attempt, log: Logger): Promise<void> {
    await persist(() => this.parts.jobs.handBack(attempt.lease), this.parts.leaseMs);
    log.info('job given back to the queue');
  }

  private async recordFailure(attempt: Attempt, error: unknown, log: Logger): Promise<void> {
    const { jobs, leaseMs } = this.parts;
    const failure = toFailure(error);
    if (failure.code === 'E901') log.error('unexpected failure', { error });
    if (!isRetryable(failure)) {
      const held = await persist(() => jobs.fail(attempt.lease, failure), leaseMs);
      if (held) this.noteOutcome(attempt, 'FAILED', failure, log);
      return;
    }
    const retryStatus = retryStatusFor(attempt.stage, attempt.status);
    const retried = await persist(() => jobs.scheduleRetry(attempt.lease, retryStatus, failure), leaseMs);
    if (retried) this.noteOutcome(attempt, retried.status, failure, log);
  }

  private noteOutcome(attempt: Attempt, status: JobStatus, failure: Failure | null, log: Logger): void {
    const { metrics } = this.parts;
    const seconds = (performance.now() - attempt.startedAt) / 1_000;
    metrics.jobDuration.observe({ status }, seconds);
    if (isTerminal(status)) metrics.jobsFinished.inc({ status });
    log.info('attempt ended', {
      status,
      ms: Math.round(seconds * 1_000),
      ...(failure && { errorCode: failure.code, errorMessage: failure.message }),
    });
  }

  private async timed<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const end = this.parts.metrics.jobStageDuration.startTimer({ stage: attempt.stage });
    try {
      return await work();
    } finally {
      end();
    }
  }

  private async observeConversion<T>(format: string, conversion: Promise<T>): Promise<T> {
    const end = this.parts.metrics.conversionDuration.startTimer({ format });
    let outcome = 'error';
    try {
      const converted = await conversion;
      outcome = 'ok';
      return converted;
    } finally {
      end({ outcome });
    }
  }
}
