// Judges docs/openapi.json by redocly.yaml. The library, not its command line: that one counts its uses elsewhere.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { formatProblems, getTotals, lint, loadConfig } from '@redocly/openapi-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const config = await loadConfig({ configPath: `${root}redocly.yaml` });
const problems = await lint({ ref: `${root}docs/openapi.json`, config });
if (problems.length > 0) {
  const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
  formatProblems(problems, { format: 'codeframe', totals: getTotals(problems), version, cwd: root });
  process.exitCode = 1;
}
