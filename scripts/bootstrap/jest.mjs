import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './command.mjs';
import { readResults } from './test-results.mjs';
import { toolPath } from './tools.mjs';

/** Jest runs ES modules through an experiment of Node's, which would warn in every worker. */
const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

/**
 * Runs Jest, with coverage unless `args` choose among the tests.
 *
 * @param {readonly string[]} args further arguments
 * @param {readonly string[]} ignoredSuites paths of suites to leave out
 * @returns {Promise<{ code: number, results: import('./test-results.mjs').JestResults | undefined }>}
 */
export async function runJest(args, ignoredSuites) {
  const directory = mkdtempSync(path.join(tmpdir(), 'docling-jobs-test-'));
  try {
    const output = path.join(directory, 'results.json');
    const jest = createRequire(import.meta.url).resolve('jest/package.json');
    const patterns = ['/node_modules/', ...ignoredSuites.map((suite) => `${escapeRegExp(path.sep + suite)}$`)];
    const code = await run(
      process.execPath,
      [
        path.join(path.dirname(jest), 'bin/jest.js'),
        ...(args.length === 0 ? ['--coverage'] : []),
        ...patterns.map((pattern) => `--testPathIgnorePatterns=${pattern}`),
        '--json',
        `--outputFile=${output}`,
        ...args,
      ],
      {
        env: {
          ...process.env,
          PATH: toolPath(),
          NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${NODE_OPTIONS}`.trim(),
        },
      },
    );
    return { code, results: readResults(output) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param {string} text */
function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
