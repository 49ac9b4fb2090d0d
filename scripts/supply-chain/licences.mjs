/**
 * Licences, by their SPDX identifiers, that let the service be used, changed and passed on without more than
 * a notice.
 */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/**
 * Packages of which somebody looked at the licence, in just this version. They are for development only, and a
 * package that is shipped is not excused by standing here.
 *
 * @type {Readonly<Record<string, string>>}
 */
const LOOKED_AT = {
  'caniuse-lite@1.0.30001826': 'data under CC-BY-4.0; its author is named in the package',
  'hyperx@2.5.4': 'says BSD and not which; each of them is on the list',
  'type-component@0.0.1': 'MIT by its Readme',
};

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {string} [license] as the package names it
 */

/**
 * One line for every package whose licence is not known or not allowed.
 *
 * @param {Readonly<Record<string, LockedPackage>>} packages of a lock file, by their folders
 * @param {(folder: string) => { license?: unknown, licenses?: unknown } | undefined} readManifest what an
 *   installed package says itself; old ones do in ways that a lock file does not take over
 * @returns {string[]}
 */
export function licenceProblems(packages, readManifest) {
  return Object.entries(packages).flatMap(([folder, entry]) => {
    if (folder === '') return [];
    const name = nameOf(folder);
    if (entry.dev && Object.hasOwn(LOOKED_AT, `${name}@${entry.version}`)) return [];
    const licence = entry.license ?? licenceIn(readManifest(folder));
    if (licence === undefined) return [`${name} names no licence`];
    return isAllowed(licence) ? [] : [`${name} has the licence ${licence}, which is not on the list`];
  });
}

/** @param {string} folder */
export function nameOf(folder) {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/**
 * Whether an SPDX expression leaves a choice that is allowed: one of those joined by OR, all of those joined by AND.
 *
 * @param {string} expression
 */
export function isAllowed(expression) {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const allowed = either();
  return allowed && tokens.length === 0;

  /** @returns {boolean} */
  function either() {
    let result = both();
    while (tokens[0] === 'OR') {
      tokens.shift();
      result = both() || result;
    }
    return result;
  }
  /** @returns {boolean} */
  function both() {
    let result = one();
    while (tokens[0] === 'AND') {
      tokens.shift();
      result = one() && result;
    }
    return result;
  }
  /** @returns {boolean} */
  function one() {
    const token = tokens.shift();
    if (token !== '(') return token !== undefined && ALLOWED.has(token);
    const result = either();
    return tokens.shift() === ')' && result;
  }
}

/** @param {{ license?: unknown, licenses?: unknown } | undefined} manifest */
function licenceIn(manifest) {
  const given = [manifest?.license ?? manifest?.licenses ?? []].flat();
  const names = given.map((licence) => (typeof licence === 'object' && licence !== null ? licence.type : licence));
  return names.length > 0 && names.every((name) => typeof name === 'string') ? names.join(' OR ') : undefined;
}
