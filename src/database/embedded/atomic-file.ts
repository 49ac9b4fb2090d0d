import { randomUUID } from 'node:crypto';
import { chown, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file that, by default, only its owner may read: after a crash at any point it holds either the
 * old text or the new one. Root gives it to the owner of the folder, so that a folder once used by root
 * stays usable for its owner.
 */
export async function writeFileAtomically(file: string, text: string, mode = 0o600): Promise<void> {
  const directory = path.dirname(file);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.chmod(mode); // whatever the umask
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (process.getuid?.() === 0) {
      const { uid, gid } = await stat(directory);
      await chown(temporary, uid, gid);
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
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
