import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Lease } from '../jobs/job-repository.js';

/** The folders that attempts work in, one each, so that two attempts at one job never meet. */
export class WorkFolders {
  private readonly root: string;

  constructor(dataDir: string) {
    this.root = path.join(dataDir, 'work');
  }

  async create({ jobId, fencingToken }: Lease): Promise<string> {
    const folder = path.join(this.root, `${jobId}-${fencingToken}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async remove(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Removes what killed workers left: folders that nothing was written to for `olderThanMs`. Returns how many. */
  async sweep(olderThanMs: number): Promise<number> {
    const names = await readdir(this.root).catch(() => []);
    const before = Date.now() - olderThanMs;
    let removed = 0;
    for (const name of names) {
      const folder = path.join(this.root, name);
      const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs >= before) continue;
      await this.remove(folder);
      removed += 1;
    }
    return removed;
  }
}
