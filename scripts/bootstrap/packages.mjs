import { readFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from './command.mjs';
import { ROOT } from './checkout.mjs';

/**
 * The packages that `package-lock.json` asks for and `node_modules` does not hold in that version.
 * npm writes the second file as the last act of an installation, so an interrupted one has none.
 * Optional packages count only where they are installed: which of them belong here is npm's to know.
 *
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> }} wanted package-lock.json
 * @param {{ packages: Record<string, { version?: string }> } | undefined} installed node_modules/.package-lock.json
 * @returns {string[]}
 */
export function missingPackages(wanted, installed) {
  return Object.entries(wanted.packages)
    .filter(([location]) => location !== '')
    .filter(([location, { version, optional, devOptional, peer }]) => {
      const found = installed?.packages[location];
      return found === undefined ? !optional && !devOptional && !peer : found.version !== version;
    })
    .map(([location]) => location);
}

/** Whether `node_modules` holds what `package-lock.json` asks for. */
export function arePackagesInstalled() {
  const installed = readJson('node_modules/.package-lock.json');
  return installed !== undefined && missingPackages(readJson('package-lock.json'), installed).length === 0;
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Installs exactly what `package-lock.json` says, with what building and testing need.
 *
 * @param {import('./command.mjs').Lock} lock
 */
export async function installPackages(lock) {
  const code = await npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], lock);
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}: its output above says why`);
}
