import type { Converter } from '../conversion/client/converter.js';
import type { JobRepository } from '../jobs/job-repository.js';
import { isTerminal } from '../jobs/job-states.js';
import type { TransitionRecorder } from '../jobs/transitions.js';
import type { Logger } from '../observability/logger.js';
import { formatLabel } from '../observability/job-metrics.js';
import type { Metrics } from '../observability/metrics.js';
import { AttemptCheckpoint, type Finished } from './attempt-checkpoint.js';
import { LeaseLost, type Attempt } from './attempt.js';
import { Outcomes, type Results } from './outcomes.js';
import { persist } from './persist.js';
import { ProgressReporter } from './progress-reporter.js';
import { percentAt } from './stage.js';
import { bringIn, type InputRules } from './stages/bring-in.js';
import { areAllExported, exportResults, readExport, type Exports } from './stages/export-results.js';
import { provideDocument } from './stages/provide-document.js';
import { processingLimitMs } from './time-limits.js';
import type { WorkFolders } from './work-folder.js';
import { WorkSweeper } from './work-sweeper.js';

export interface ExecutorParts {
  readonly jobs: JobRepository;
  readonly converter: Converter;
  readonly folders: WorkFolders;
  readonly input: InputRules;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly transitions: Pick<TransitionRecorder, 'record'>;
}

/** One attempt with what its stages need. */
interface Run {
  readonly attempt: Attempt;
  readonly folder: string;
  readonly progress: ProgressReporter;
  readonly checkpoint: AttemptCheckpoint;
  readonly log: Logger;
}

/** Exports, and the tool that made their document. */
interface Converted extends Exports {
  readonly toolName: string;
}

/** Takes one claimed job through its stages to its next status. */
export class JobExecutor {
  private readonly outcomes: Outcomes;
  private readonly sweeper: WorkSweeper;

  constructor(private readonly parts: ExecutorParts) {
    this.outcomes = new Outcomes(parts.jobs, parts.leaseMs, parts.metrics, parts.transitions);
    this.sweeper = new WorkSweeper(parts.jobs, parts.folders);
  }

  /** Never throws: whatever happens ends in the job's row, or, when the lease is gone, in the log. */
  async run(attempt: Attempt): Promise<void> {
    const { folders, logger, jobs, metrics } = this.parts;
    const { jobId, workerId, fencingToken } = attempt.lease;
    const log = logger.child({ jobId, workerId, attempt: fencingToken });
    const progress = new ProgressReporter(jobs, attempt);
    const checkpoint = new AttemptCheckpoint(attempt, folders, jobs, log);
    metrics.jobsRunning.inc();
    try {
      const folder = await folders.create(attempt.lease);
      await this.work({ attempt, folder, progress, checkpoint, log });
    } catch (error) {
      // Once an attempt is stopped, whatever it throws follows from that.
      await this.outcomes.settle(attempt, attempt.signal.aborted ? attempt.signal.reason : error, log);
    } finally {
      attempt.close();
      metrics.jobsRunning.dec();
      await progress.settle();
      await this.cleanUp(attempt, log);
    }
  }

  /** The stages, in order. */
  private async work(run: Run): Promise<void> {
    const resumed = await run.checkpoint.resume();
    const uploaded = await this.upload(run, resumed);
    const converted = await this.convert(run, uploaded);
    await this.save(run, converted);
  }

  /** Brings the input in unless it is, begins the time limit that fits it, and makes the job PROCESSING. */
  private async upload({ attempt, folder, checkpoint }: Run, resumed: Finished | undefined): Promise<Finished> {
    const { jobs, input: rules, leaseMs } = this.parts;
    const input = resumed?.input ?? (await this.timed(attempt, () => bringIn(attempt, folder, rules)));
    attempt.signal.throwIfAborted();
    attempt.limitTime(attempt.job.timeoutMs ?? processingLimitMs(input.size));
    if (attempt.status !== 'PROCESSING') {
      const facts = { fileName: input.source.fileName, fileSize: input.size, fileMime: input.mimeType };
      const held = await persist(() => jobs.startProcessing(attempt.lease, facts, percentAt('parsing', 0)), leaseMs);
      if (!held) throw new LeaseLost();
      this.recordStart(attempt);
    }
    if (resumed) return resumed;
    const uploaded = { input, toolName: null, exports: [] };
    await checkpoint.save(uploaded);
    return uploaded;
  }

  private recordStart(attempt: Attempt): void {
    const { jobId, workerId, fencingToken } = attempt.lease;
    const left = attempt.enter('PROCESSING');
    const stage = 'parsing';
    this.parts.transitions.record({ jobId, ...left, to: 'PROCESSING', stage, workerId, attempt: fencingToken });
  }

  private async convert(run: Run, finished: Finished): Promise<Converted> {
    const { attempt, progress, log } = run;
    const { toolName, exports, input } = finished;
    if (toolName !== null && areAllExported(exports)) return { toolName, files: exports, failure: null };
    const { signal, job } = attempt;
    // The attempt's own limit strikes first; this one only guards against its failing to.
    const timeoutMs = (job.timeoutMs ?? processingLimitMs(input.size)) * 2;
    const call = { signal, timeoutMs, onProgress: (fraction: number) => progress.report(fraction) };
    await progress.enter('parsing');
    const session = await this.timed(attempt, () => this.parts.converter.open(call));
    try {
      await progress.enter('conversion');
      const tool = await this.timed(attempt, () =>
        provideDocument(session, finished, call, log, () =>
          this.observeConversion(input.source.format, session.convert(input.source, call)),
        ),
      );
      await progress.enter('export');
      const options = {
        ...call,
        folder: run.folder,
        mayRetry: job.retryCount < job.maxRetries,
        finished: exports,
        onExported: (files: Finished['exports']) => run.checkpoint.save({ input, toolName: tool, exports: files }),
      };
      return { toolName: tool, ...(await this.timed(attempt, () => exportResults(session, options))) };
    } finally {
      await session.release();
    }
  }

  private async save({ attempt, progress }: Run, { toolName, files, failure }: Converted): Promise<void> {
    await progress.enter('saving');
    await this.timed(attempt, async () => {
      const results: Results = { toolName, exports: await Promise.all(files.map(readExport)), failure };
      await this.outcomes.complete(attempt, results);
    });
  }

  /** Removes the folders of a job that has ended; of another, those that no checkpoint needs. */
  private async cleanUp({ lease, status }: Attempt, log: Logger): Promise<void> {
    try {
      if (isTerminal(status)) await this.parts.folders.removeJob(lease.jobId);
      else await this.sweeper.sweepJob(lease.jobId);
    } catch (error) {
      log.warn('work folder not removed; the sweep will', { error });
    }
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
    const end = this.parts.metrics.conversionDuration.startTimer({ format: formatLabel(format) });
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
