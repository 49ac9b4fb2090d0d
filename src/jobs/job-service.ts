import path from 'node:path';
import { detectFormat, type DetectionHints } from '../conversion/detection/detect.js';
import { AppError } from '../errors.js';
import type { UploadedFile } from '../http/multipart-upload.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { cleanFileName } from '../storage/file-name.js';
import { resolveInputPath } from '../storage/input-paths.js';
import type { InputStorage } from '../storage/input-storage.js';
import { checkUrl } from '../storage/url-policy.js';
import type { JobDetails, JobRepository, NewJob } from './job-repository.js';
import type { FileReference, JobOptions, UrlReference } from './job-schemas.js';
import { JOB_TRANSITIONS } from './job-states.js';

export interface JobServiceParts {
  readonly jobs: JobRepository;
  readonly storage: InputStorage;
  /** Absolute folders that a caller's path may lead into. */
  readonly inputDirs: readonly string[];
  /** Whether a URL may lead into private networks. */
  readonly urlAllowPrivate: boolean;
  readonly metrics: Pick<Metrics, 'jobsCreated' | 'uploadedBytes'>;
  readonly logger: Logger;
}

export interface CreatedJob {
  readonly id: string;
  readonly createdAt: Date;
}

const NO_INPUT = { inputPath: null, inputUrl: null, fileName: null, fileSize: null, fileMime: null };

/** What happens to jobs at a client's request, where it takes more than one statement. */
export class JobService {
  constructor(private readonly parts: JobServiceParts) {}

  /**
   * Makes a job of an uploaded file, which from now on is the job's; without a job, it is removed. One
   * that is broken or encrypted makes a job all the same: that is for a worker to find, however deep it lies.
   *
   * @throws AppError E002 or E003 as `detectFormat` does.
   */
  async submitUpload(
    clientId: string,
    { input, fileName, declaredMimeType }: UploadedFile,
    options: JobOptions,
  ): Promise<CreatedJob> {
    const { storage, metrics } = this.parts;
    try {
      const mimeType = await mimeTypeOf(storage.absolutePath(input.path), { fileName, declaredMimeType });
      const created = await this.insert(clientId, options, 'FILE', {
        inputPath: input.path,
        fileName,
        fileSize: input.size,
        fileMime: mimeType,
      });
      metrics.uploadedBytes.inc(input.size);
      return created;
    } catch (error) {
      await this.removeInput(input.path);
      throw error;
    }
  }

  /** Makes a job of a file that lies, or will lie, where the caller says. Throws AppError E104 or E003. */
  async submitPath(clientId: string, { filePath, fileName, ...options }: FileReference): Promise<CreatedJob> {
    await resolveInputPath(filePath, this.parts.inputDirs);
    const inputPath = path.resolve(filePath);
    return this.insert(clientId, options, 'FILE', { inputPath, fileName: cleanFileName(fileName ?? inputPath) });
  }

  /** Makes a job of a document that a worker downloads. Throws AppError E101 or E104. */
  async submitUrl(clientId: string, { inputUrl, ...options }: UrlReference): Promise<CreatedJob> {
    return this.insert(clientId, options, 'URL', {
      inputUrl: checkUrl(inputUrl, { allowPrivate: this.parts.urlAllowPrivate }).href,
    });
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
   * @throws AppError E501, E702.
   */
  async cancel(id: string, clientId: string): Promise<JobDetails> {
    const cancelled = await this.parts.jobs.cancel(id, clientId);
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
    // An absolute path is the caller's own file.
    if (inputPath !== null && !path.isAbsolute(inputPath)) await this.removeInput(inputPath);
  }

  private async insert(
    clientId: string,
    { sessionId, maxRetries, timeoutMs }: JobOptions,
    inputType: NewJob['inputType'],
    input: Partial<NewJob>,
  ): Promise<CreatedJob> {
    const created = await this.parts.jobs.insert({
      ...NO_INPUT,
      ...input,
      clientId,
      sessionId,
      inputType,
      timeoutMs,
      maxRetries,
    });
    this.parts.metrics.jobsCreated.inc({ input_type: inputType });
    return created;
  }

  /** What went before has succeeded or failed already: a file that stays behind does not change that. */
  private async removeInput(inputPath: string): Promise<void> {
    await this.parts.storage.remove(inputPath).catch((error: unknown) => {
      this.parts.logger.error('stored input not removed', { inputPath, error });
    });
  }
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

function noSuchJob(): AppError {
  return new AppError('E501', 'There is no such job.');
}
