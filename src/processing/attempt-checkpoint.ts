import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors.js';
import type { JobRepository } from '../jobs/job-repository.js';
import type { Logger } from '../observability/logger.js';
import { LeaseLost, type Attempt } from './attempt.js';
import {
  CHECKPOINT_VERSION,
  CheckpointUnusable,
  readCheckpoint,
  type Checkpoint,
  type SavedFile,
} from './checkpoint.js';
import { linkOrCopy } from './link-or-copy.js';
import type { BroughtIn } from './stages/bring-in.js';
import type { ExportedFile } from './stages/export-results.js';
import type { WorkFolders } from './work-folder.js';

/** What is done of a job: files in the attempt's own folder, none of which changes any more. */
export interface Finished {
  readonly input: BroughtIn;
  /** The tool that converted the document; null when it is still to be converted. */
  readonly toolName: string | null;
  readonly exports: readonly ExportedFile[];
}

/** Saves what an attempt has finished, and takes over what an earlier one had. */
export class AttemptCheckpoint {
  /** Hashes of files that were looked at already, by name. */
  private readonly hashes = new Map<string, string>();

  constructor(
    private readonly attempt: Attempt,
    private readonly folders: WorkFolders,
    private readonly jobs: JobRepository,
    private readonly log: Logger,
  ) {}

  /**
   * Takes the files of an earlier attempt over into this one's folder. Undefined: there is nothing that
   * can be used, and the work starts over.
   */
  async resume(): Promise<Finished | undefined> {
    const { job, lease, signal } = this.attempt;
    if (job.checkpointData === null) return undefined;
    try {
      const checkpoint = readCheckpoint(job.checkpointData, job.claimedAt);
      const finished = await this.takeOver(checkpoint);
      this.log.info('work taken up from a checkpoint', { savedBy: checkpoint.fencingToken });
      return finished;
    } catch (error) {
      signal.throwIfAborted();
      this.log.warn('checkpoint dropped: the work starts over', { error });
      this.hashes.clear();
      await this.folders.create(lease);
      return undefined;
    }
  }

  /**
   * Saves what is finished. While the database is away, a checkpoint is left out: it only spares work.
   *
   * @throws LeaseLost
   */
  async save({ input, toolName, exports }: Finished): Promise<void> {
    const { source, mimeType, size } = input;
    const checkpoint: Omit<Checkpoint, 'savedAt'> = {
      version: CHECKPOINT_VERSION,
      fencingToken: this.attempt.lease.fencingToken,
      input: {
        file: await this.describe(source.path),
        fileName: source.fileName,
        format: source.format,
        mimeType,
        size,
      },
      toolName,
      exports: await Promise.all(
        exports.map(async (made) => ({ format: made.format, file: await this.describe(made.path) })),
      ),
    };
    try {
      if (!(await this.jobs.saveCheckpoint(this.attempt.lease, checkpoint))) throw new LeaseLost();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.warn('checkpoint not saved', { error });
    }
  }

  private async takeOver({ fencingToken, input, toolName, exports }: Checkpoint): Promise<Finished> {
    const { jobId } = this.attempt.lease;
    const from = this.folders.pathOf({ jobId, fencingToken });
    const { file, fileName, format, mimeType, size } = input;
    const source = { path: await this.takeFile(from, file), fileName, format };
    const taken: ExportedFile[] = [];
    for (const made of exports) taken.push({ format: made.format, path: await this.takeFile(from, made.file) });
    return { input: { source, mimeType, size }, toolName, exports: taken };
  }

  private async takeFile(from: string, { name, sha256 }: SavedFile): Promise<string> {
    const target = path.join(this.folders.pathOf(this.attempt.lease), name);
    await linkOrCopy(path.join(from, name), target);
    const { sha256: found } = await this.describe(target);
    if (found !== sha256) throw new CheckpointUnusable(`Its file ${name} has changed.`);
    return target;
  }

  private async describe(file: string): Promise<SavedFile> {
    const name = path.basename(file);
    const sha256 = this.hashes.get(name) ?? (await hashOf(file, this.attempt.signal));
    this.hashes.set(name, sha256);
    return { name, sha256 };
  }
}

async function hashOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
}
