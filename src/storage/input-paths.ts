import { lstat, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, errorCodeOf } from '../errors.js';

/**
 * Where a caller's file really lies, every link followed. A file that is not there yet is allowed for,
 * as long as it would lie in one of `inputDirs`.
 *
 * What is answered holds for this moment only: whoever reads the file later calls again.
 *
 * @throws AppError E104 when the path is not absolute, cannot be followed or leads out of `inputDirs`,
 *   E003 when something other than a regular file is there.
 */
export async function resolveInputPath(filePath: string, inputDirs: readonly string[]): Promise<string> {
  if (!path.isAbsolute(filePath)) throw new AppError('E104', 'The path of the file must be absolute.');
  const resolved = await resolveLinks(path.resolve(filePath));
  const roots = await Promise.all(inputDirs.map((directory) => resolveLinks(path.resolve(directory))));
  if (!roots.some((root) => liesIn(resolved, root))) throw outside();
  await refuseIrregular(resolved);
  return resolved;
}

/** `realpath` of the deepest part that exists, with the rest behind it. */
async function resolveLinks(absolute: string): Promise<string> {
  const missing: string[] = [];
  for (let existing = absolute; ; existing = path.dirname(existing)) {
    try {
      return path.join(await realpath(existing), ...missing);
    } catch (error) {
      // One answer for all: what stands in the way outside the folders is nobody's business.
      if (errorCodeOf(error) !== 'ENOENT' || (await isLink(existing))) throw outside(error);
      missing.unshift(path.basename(existing));
    }
  }
}

/** A link that leads nowhere yet may lead anywhere later. */
async function isLink(file: string): Promise<boolean> {
  return lstat(file).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  );
}

function liesIn(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

async function refuseIrregular(file: string): Promise<void> {
  const entry = await stat(file).catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw new AppError('E003', 'The file cannot be read.', { cause: error });
  });
  if (entry && !entry.isFile()) throw new AppError('E003', 'The path does not lead to a regular file.');
}

function outside(cause?: unknown): AppError {
  return new AppError('E104', 'The path of the file leads outside the folders that inputs may come from.', { cause });
}
