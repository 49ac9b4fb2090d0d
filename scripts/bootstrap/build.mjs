import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './checkout.mjs';
import { npm } from './command.mjs';

const SOURCES = ['src', 'db', 'package-lock.json', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const STAMP = path.join('dist', '.built-from');

/**
 * A hash over the names and contents of all files below `sources`.
 *
 * @param {string} root
 * @param {readonly string[]} sources files and folders, relative to `root`
 */
export function hashSources(root, sources) {
  const hash = createHash('sha256');
  for (const source of sources.filter((name) => existsSync(path.join(root, name)))) {
    for (const file of filesBelow(root, source)) {
      hash.update(`${file}\0`).update(
        createHash('sha256')
          .update(readFileSync(path.join(root, file)))
          .digest(),
      );
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} source
 * @returns {string[]}
 */
function filesBelow(root, source) {
  const entries = tryReadDirectory(path.join(root, source));
  if (entries === undefined) return [source];
  return entries.sort().flatMap((name) => filesBelow(root, path.posix.join(source, name)));
}

/** @param {string} directory */
function tryReadDirectory(directory) {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Whether `dist` was built to its end from the sources as they are now. */
export function isBuilt() {
  const stamp = path.join(ROOT, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashSources(ROOT, SOURCES);
}

/** @param {import('./command.mjs').Lock} lock */
export async function build(lock) {
  const code = await npm(['run', '--silent', 'build'], lock);
  if (code !== 0) throw new Error(`npm run build failed with exit code ${code}: its output above says why`);
  writeFileSync(path.join(ROOT, STAMP), hashSources(ROOT, SOURCES));
}
