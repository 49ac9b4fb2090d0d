import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncDirectory, writeDurably } from '../../durable-file.js';
import { BackupError } from './backup-error.js';

/** In the format of `sha256sum --check`, to be run in the folder. */
export const CHECKSUMS = 'SHA256SUMS';

export interface Summed {
  /** Of all files together. */
  readonly bytes: number;
  /** By path relative to the folder. */
  readonly sums: ReadonlyMap<string, string>;
}

/**
 * Sums up files of a folder, and those in its folders, and writes the list beside them.
 *
 * @throws BackupError when there is nothing in one of them
 */
export async function writeChecksums(folder: string, names: readonly string[], signal: AbortSignal): Promise<Summed> {
  const sums = new Map<string, string>();
  let bytes = 0;
  for (const file of await listFiles(folder, names)) {
    const { size } = await stat(path.join(folder, file));
    if (size === 0) throw new BackupError(`${path.join(folder, file)} is empty: the dump was not written.`);
    bytes += size;
    sums.set(file, await sha256(path.join(folder, file), signal));
  }
  const lines = [...sums].map(([file, sum]) => `${sum}  ${file}\n`);
  await writeDurably(path.join(folder, CHECKSUMS), lines.join(''));
  await syncDirectory(folder);
  return { bytes, sums };
}

/** What of a folder is not as its list says, each as a sentence: changed, missing or extra files. */
export async function checkChecksums(folder: string, names: readonly string[], signal: AbortSignal): Promise<string[]> {
  const expected = await readChecksums(folder);
  const present = new Set(await listFiles(folder, names));
  const problems: string[] = [];
  for (const [file, sum] of expected) {
    if (!present.delete(file)) problems.push(`${file} is missing.`);
    else if ((await sha256(path.join(folder, file), signal)) !== sum)
      problems.push(`${file} was changed after it was written.`);
  }
  return [...problems, ...[...present].map((file) => `${file} is not in ${CHECKSUMS}.`)];
}

async function readChecksums(folder: string): Promise<Map<string, string>> {
  const file = path.join(folder, CHECKSUMS);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BackupError(`${file} cannot be read: nobody knows whether the backup is whole.`, error);
  });
  const entries = Array.from(
    text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm),
    ([, sum = '', name = '']) => [name, sum] as const,
  );
  if (entries.length === 0)
    throw new BackupError(`${file} holds no checksums: nobody knows whether the backup is whole.`);
  return new Map(entries);
}

/** Those of `names` that are there, folders as the files in them. */
async function listFiles(folder: string, names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    const status = await stat(path.join(folder, name)).catch(() => undefined);
    if (status?.isFile()) files.push(name);
    if (status?.isDirectory()) files.push(...(await readdir(path.join(folder, name))).map((file) => `${name}/${file}`));
  }
  return files.sort();
}

async function sha256(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
}
