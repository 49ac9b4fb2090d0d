import path from 'node:path';
import { detectFormat, type DetectionHints } from '../conversion/detection/detect.js';
import { AnswerLost } from '../database/sqlstate.js';
import { AppError } from '../errors.js';
import type { EventRepository } from '../events/event-repository.js';
import type { UploadedFile } from '../http/multipart-upload.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { cleanFileName } from '../storage/file-name.js';
import { resolveInputPath } from '../storage/input-paths.js';
import type { InputStorage } from '../storage/input-storage.js';
import { checkUrl } from '../storage/url-policy.js';
import type { Admission } from './idempotency.js';
import { hashReference, hashUpload, keyInUse } from './idempotency-key.js';
import type { CreatedJob, JobDetails, JobRepository, NewJob } from './job-repository.js';
import type { FileReference, JobOptions, UrlReference } from './job-schemas.js';
import { JOB_TRANSITIONS, type JobStatus } from './job-states.js';
import type { QueueLimit } from './queue-limit.js';
import type { TransitionRecorder } from './transitions.js';

export interface JobServiceParts {
  readonly jobs: JobRepository;
  readonly queueLimit: Pick<QueueLimit, 'admit'>;
  readonly storage: InputStorage;
  /** Absolute folders that a caller's path may lead into. */
  readonly inputDirs: readonly string[];
  /** Whether a URL may lead into private networks. */
  readonly urlAllowPrivate: boolean;
  readonly events: Pick<EventRepository, 'listNewestTransitions'>;
  readonly metrics: Pick<Metrics, 'jobsCreated' | 'uploadedBytes'>;
  readonly transitions: Pick<TransitionRecorder, 'record'>;
  readonly logger: Logger;
}

/** What a request for a job has led to. */
export interface SubmittedJob extends CreatedJob {
  readonly status: JobStatus;
  readonly sessionId: string;
  /** Whether an earlier request with the same idempotency key made the job. */
  readonly replayed: boolean;
}

type NewInput = Pick<NewJob, 'inputType'> & Partial<NewJob>;

const NO_INPUT = { inputPath: null, inputUrl: null, fileName: null, fileSize: null, fileMime: null };
/** What a new job may be made of again; none of these is ever left. */
const RETRYABLE: readonly JobStatus[] = ['FAILED', 'RETRY_FAILED', 'CANCELLED', 'PARTIAL_COMPLETE'];

/** What happens to jobs at a client's request, where it takes more than one statement. */
export class JobService {
  constructor(private readonly parts: JobServiceParts) {}

  /**
   * Makes a job of an uploaded file, which from now on is the job's; without a job, it is removed. One
   * that is broken or encrypted makes a job all the same: that is for a worker to find, however deep it lies.
   *
   * @throws AppError E002 or E003 as `detectFormat` does, E802 as the admission does.
   */
  async submitUpload(
    clientId: string,
    admission: Admission,
    upload: UploadedFile,
    options: JobOptions,
  ): Promise<SubmittedJob> {
    const { storage, metrics } = this.parts;
    const { input, fileName, declaredMimeType } = upload;
    return this.withInput(input.path, async () => {
      const submitted = await this.submit(clientId, admission, hashUpload(upload, options), options, async () => ({
        inputType: 'FILE',
        inputPath: input.path,
        fileName,
        fileSize: input.size,
        fileMime: await mimeTypeOf(storage.absolutePath(input.path), { fileName, declaredMimeType }),
      }));
      if (submitted.replayed) await this.removeInput(input.path);
      else metrics.uploadedBytes.inc(input.size);
      return submitted;
    });
  }

  /** Makes a job of a file that lies, or will lie, where the caller says. Throws AppError E104, E003 or E802. */
  async submitPath(clientId: string, admission: Admission, reference: FileReference): Promise<SubmittedJob> {
    const { filePath, fileName } = reference;
    return this.submit(clientId, admission, hashReference(reference), reference, async () => {
      await resolveInputPath(filePath, this.parts.inputDirs);
      const inputPath = path.resolve(filePath);
      return { inputType: 'FILE', inputPath, fileName: cleanFileName(fileName ?? inputPath) };
    });
  }

  /** Makes a job of a document that a worker downloads. Throws AppError E101, E104 or E802. */
  async submitUrl(clientId: string, admission: Admission, reference: UrlReference): Promise<SubmittedJob> {
    return this.submit(clientId, admission, hashReference(reference), reference, () => ({
      inputType: 'URL',
      inputUrl: checkUrl(reference.inputUrl, { allowPrivate: this.parts.urlAllowPrivate }).href,
    }));
  }

  /**
   * Makes a new job of one that did not end as hoped. An upload is stored again for it, so that each of the
   * two can be deleted.
   *
   * @throws AppError E501; E701 for a job in any other status; E003 when the upload is gone; E601 as the limit of
   *   the queue does.
   */
  async retry(id: string, clientId: string): Promise<SubmittedJob> {
    const { jobs, queueLimit, metrics } = this.parts;
    const retried = await jobs.findInput(id, clientId);
    if (!retried) throw noSuchJob();
    if (!RETRYABLE.includes(retried.status)) throw notRetryable(retried.status);
    await queueLimit.admit(clientId);
    const storedPath = await this.duplicateInput(retried.inputPath);
    const created = await this.withInput(storedPath, async () => {
      const inserted = await jobs.insertRetry(id, clientId, storedPath);
      if (!inserted) throw noSuchJob();
      return inserted;
    });
    metrics.jobsCreated.inc({ input_type: created.inputType });
    return { ...created, status: 'PENDING', replayed: false };
  }

  /** Throws AppError E501. */
  async find(id: string, clientId: string): Promise<JobDetails> {
    const job = await this.parts.jobs.find(id, clientId);
    if (!job) throw noSuchJob();
    return job;
  }

  /**
   * Cancels a job that is not terminal; its input stays, for a job may be made from it again.
   *
   * @param requestId of the request that asks for it, for the log
   * @throws AppError E501, E702.
   */
  async cancel(id: string, clientId: string, requestId: string): Promise<JobDetails> {
    const cancelled = await this.parts.jobs.cancel(id, clientId);
    if (cancelled) await this.recordCancellation(id, cancelled.fencingToken, { clientId, requestId });
    const job = await this.find(id, clientId);
    if (cancelled) return job;
    throw new AppError('E702', `The job is ${job.status}, and can no longer be cancelled.`, {
      extensions: { currentStatus: job.status, allowedStatuses: JOB_TRANSITIONS[job.status] },
    });
  }

  /** Deletes a job with its results and, if it was uploaded, its input. Throws AppError E501. */
  async delete(id: string, clientId: string): Promise<void> {
    const deleted = await this.parts.jobs.delete(id, clientId);
    if (!deleted) throw noSuchJob();
    const { inputPath } = deleted;
    if (isStored(inputPath)) await this.removeInput(inputPath);
  }

  /** The job is cancelled by now: when the audit trail cannot be read, what it was stays unknown. */
  private async recordCancellation(
    jobId: string,
    fencingToken: number,
    asked: { clientId: string; requestId: string },
  ): Promise<void> {
    const [left] = await this.parts.events.listNewestTransitions([jobId], ['CANCELLED']).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      return [];
    });
    this.parts.transitions.record({
      jobId,
      from: left?.previousStatus,
      to: 'CANCELLED',
      seconds: left?.seconds ?? null,
      stage: left?.stage ?? null,
      attempt: fencingToken,
      ...asked,
    });
  }

  /** Answers with the job that the same request made before, or makes it. */
  private async submit(
    clientId: string,
    admission: Admission,
    requestHash: Buffer,
    { sessionId, maxRetries, timeoutMs }: JobOptions,
    describeInput: () => NewInput | Promise<NewInput>,
  ): Promise<SubmittedJob> {
    const earlierId = admission.earlierJob(requestHash);
    if (earlierId !== undefined) return this.replay(earlierId, clientId);
    const input = await describeInput();
    const job = { ...NO_INPUT, ...input, clientId, sessionId, timeoutMs, maxRetries };
    const created = await admission.insert(job, requestHash);
    this.parts.metrics.jobsCreated.inc({ input_type: input.inputType });
    return { ...created, sessionId, status: 'PENDING', replayed: false };
  }

  private async replay(id: string, clientId: string): Promise<SubmittedJob> {
    const job = await this.parts.jobs.find(id, clientId);
    // Deleted in this moment, which frees the key: the next try makes a new one.
    if (!job) throw keyInUse();
    const { createdAt, sessionId, status } = job;
    return { id, createdAt, sessionId, status, replayed: true };
  }

  /**
   * Does what makes a stored input a job's, and removes the input when that failed. When it is not known
   * whether it did, the file stays: if it is nobody's, the sweep of stored inputs will find it.
   */
  private async withInput<T>(inputPath: string | null, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (inputPath !== null && !(error instanceof AnswerLost)) await this.removeInput(inputPath);
      throw error;
    }
  }

  /** The path of an input of its own for a second job; null where there is nothing to store. */
  private async duplicateInput(inputPath: string | null): Promise<string | null> {
    if (!isStored(inputPath)) return null;
    const duplicate = await this.parts.storage.duplicate(inputPath);
    if (duplicate === undefined) throw new AppError('E003', 'The input of the job is no longer there.');
    return duplicate;
  }

  /** What went before has succeeded or failed already: a file that stays behind does not change that. */
  private async removeInput(inputPath: string): Promise<void> {
    await this.parts.storage.remove(inputPath).catch((error: unknown) => {
      this.parts.logger.error('stored input not removed', { inputPath, error });
    });
  }
}

/** Whether it is an upload; an absolute path is the caller's own file. */
function isStored(inputPath: string | null): inputPath is string {
  return inputPath !== null && !path.isAbsolute(inputPath);
}

/** Null when the file claims to be a document and is broken. */
async function mimeTypeOf(file: string, hints: DetectionHints): Promise<string | null> {
  try {
    return (await detectFormat(file, hints)).mimeType;
  } catch (error) {
    if (error instanceof AppError && error.code === 'E004') return null;
    throw error;
  }
}

function notRetryable(status: JobStatus): AppError {
  return new AppError('E701', `The job is ${status}, and cannot be made again.`, {
    extensions: { currentStatus: status, allowedStatuses: JOB_TRANSITIONS[status] },
  });
}

function noSuchJob(): AppError {
  return new AppError('E501', 'There is no such job.');
}
