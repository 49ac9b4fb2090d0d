import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { ClaimedJob } from '../jobs/job-repository.js';
import { errorCodeOf } from '../errors.js';
import { UUID } from '../uuid.js';

/** Which attempt at which job a folder belongs to. */
export interface FolderOwner {
  readonly jobId: ClaimedJob['id'];
  readonly fencingToken: number;
}

const TOKEN = /^\d{1,15}$/;

/**
 * The folders that attempts work in: one per job, and in it one per attempt, so that two attempts never
 * write into the same. A checkpoint may need that of an attempt that is over.
 */
export class WorkFolders {
  private readonly root: string;

  constructor(dataDir: string) {
    this.root = path.join(dataDir, 'work');
  }

  pathOf({ jobId, fencingToken }: FolderOwner): string {
    return path.join(this.root, jobId, String(fencingToken));
  }

  /** Makes the attempt's folder, empty; answers its path. */
  async create(owner: FolderOwner): Promise<string> {
    const folder = this.pathOf(owner);
    await removeTree(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Removes one attempt's folder, and that of its job when it was the last. */
  async remove(owner: FolderOwner): Promise<void> {
    const folder = this.pathOf(owner);
    await removeTree(folder);
    await rmdir(path.dirname(folder)).catch((error: unknown) => {
      const code = errorCodeOf(error);
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
    });
  }

  /** Removes the folders of all attempts at a job. */
  async removeJob(jobId: string): Promise<void> {
    await removeTree(path.join(this.root, jobId));
  }

  /** The ids of all jobs that have a folder. */
  async listJobs(): Promise<string[]> {
    return (await entriesOf(this.root)).filter((name) => UUID.test(name));
  }

  /** The fencing tokens of the attempts at a job that have a folder. */
  async listAttempts(jobId: string): Promise<number[]> {
    const names = await entriesOf(path.join(this.root, jobId));
    return names.filter((name) => TOKEN.test(name)).map(Number);
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
