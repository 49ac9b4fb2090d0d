/** The oldest Node that the packages run on; `engines` in package.json says the same. */
const OLDEST = { major: 20, minor: 19 };

/**
 * @param {string} version such as `20.19.1`
 * @returns {string | undefined} what to tell the user when this Node is too old
 */
export function nodeVersionProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  return `docling-jobs needs Node ${OLDEST.major}.${OLDEST.minor} or later, and this is Node ${version}. Install a newer one from https://nodejs.org, or run: nvm install ${OLDEST.major}`;
}

/** Ends the process with a message when this Node is too old. */
export function requireNode() {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem === undefined) return;
  console.error(problem);
  process.exit(1);
}
