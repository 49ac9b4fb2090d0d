import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes `text` as UTF-8 to `path`, which is either the whole text or as it was before.
 *
 * @returns the size in bytes.
 */
export async function writeFileAtomically(path: string, text: string): Promise<number> {
  const bytes = Buffer.from(text, 'utf8');
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await writeFile(partial, bytes, { flag: 'wx' });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return bytes.length;
}
