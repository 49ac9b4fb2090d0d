import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../../atomic-file.js';

/**
 * Writes a file that only its owner may read: after a power cut at any point it holds either the old
 * text or the new one. Root gives it to the owner of the folder, so that a folder once used by root
 * stays usable for its owner.
 */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const directory = path.dirname(file);
  const write = async (handle: FileHandle) => {
    await handle.writeFile(text);
    if (process.getuid?.() === 0) {
      const { uid, gid } = await stat(directory);
      await handle.chown(uid, gid);
    }
    await handle.sync();
  };
  await replaceFile(file, write, 0o600);
  await syncDirectory(directory);
}

/** Makes renames within a folder survive a power cut; Windows neither needs nor allows it. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
