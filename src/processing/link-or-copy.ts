import { copyFile, link } from 'node:fs/promises';
import { errorCodeOf } from '../errors.js';

/**
 * Gives a file that never changes a second name, which costs nothing where the file system has such;
 * elsewhere copies it.
 */
export async function linkOrCopy(file: string, target: string): Promise<void> {
  try {
    await link(file, target);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') throw error;
    await copyFile(file, target);
  }
}
