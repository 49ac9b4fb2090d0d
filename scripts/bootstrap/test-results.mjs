import { readFileSync } from 'node:fs';

/**
 * The last line of a run: `N passed, N failed`, and `, N skipped` if any were.
 *
 * @param {JestResults | undefined} results what Jest wrote with `--json`; undefined when it ended before
 */
export function summaryLine(results) {
  if (results === undefined) return '0 passed, 1 failed';
  // A suite that could not be loaded has no tests to count as failed.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * @typedef {object} JestResults
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {number} numRuntimeErrorTestSuites
 *
 * @param {string} file
 * @returns {JestResults | undefined}
 */
export function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
