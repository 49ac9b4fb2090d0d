import { nameOf } from './licences.mjs';

/**
 * @typedef {object} Manifest
 * @property {Readonly<Record<string, string>>} [dependencies]
 * @property {Readonly<Record<string, string>>} [devDependencies]
 * @property {Readonly<Record<string, string>>} [optionalDependencies]
 * @property {Readonly<Record<string, string>>} [overrides]
 * @property {Readonly<Record<string, boolean>>} [allowScripts]
 *
 * @typedef {object} LockedPackage
 * @property {string} [integrity]
 * @property {string} [resolved]
 * @property {boolean} [hasInstallScript]
 */

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * What keeps two installations from being the same, or lets a package run something when it is installed
 * that nobody decided on: one line each.
 *
 * @param {Manifest} manifest
 * @param {Readonly<Record<string, LockedPackage>>} packages of the lock file, by their folders
 * @returns {string[]}
 */
export function lockFileProblems(manifest, packages) {
  const { dependencies, devDependencies, optionalDependencies, overrides, allowScripts = {} } = manifest;
  const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides };
  const locked = Object.entries(packages).filter(([folder]) => folder !== '');
  const withScripts = new Set(locked.filter(([, entry]) => entry.hasInstallScript).map(([folder]) => nameOf(folder)));
  return [
    ...Object.entries(wanted)
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${name} ${version} in package.json is not an exact version`),
    ...locked
      .filter(([, entry]) => !entry.integrity)
      .map(([folder]) => `${folder} in package-lock.json has no integrity`),
    ...locked
      .filter(([, entry]) => entry.resolved)
      .map(([folder, { resolved }]) => `${folder} in package-lock.json comes from ${resolved}`),
    ...[...withScripts]
      .filter((name) => !Object.hasOwn(allowScripts, name))
      .map((name) => `${name} has an install script and is not in allowScripts`),
    ...Object.keys(allowScripts)
      .filter((name) => !withScripts.has(name))
      .map((name) => `${name} in allowScripts has no install script`),
  ];
}
