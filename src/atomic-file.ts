import { randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/**
 * Replaces `file` by what `write` puts into a new one beside it: whoever reads, after a crash too, finds the old file or the
 * new one whole. That the new one is on the disk is for `write` to see to (`handle.sync`), and for whom it matters.
 *
 * @param mode of the new file
 */
export async function replaceFile(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
  mode?: number,
): Promise<void> {
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    const handle = await open(partial, 'wx', mode);
    try {
      await write(handle);
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
