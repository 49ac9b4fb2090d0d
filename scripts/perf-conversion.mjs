// `npm run perf:conversion [-- --rounds N]`: documents per second and memory of the built-in converter, over documents
// that it makes itself. Prints a table and writes the figures into perf/results/.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';

requireNode();
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('usage: npm run perf:conversion [-- --rounds N]');
  process.exit(2);
}
process.chdir(ROOT);
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { measureConversion, writeResults } = await import('../perf/conversion/run.mjs');
const measured = await measureConversion({ rounds, onLine: (line) => console.log(line) });
console.log(`written to ${path.relative(ROOT, await writeResults(path.join(ROOT, 'perf', 'results'), measured))}`);
