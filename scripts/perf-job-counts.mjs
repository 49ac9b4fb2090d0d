// `npm run perf:job-counts [-- --rounds N --jobs N]`: what it costs to count jobs by status, for those who write and for
// those who read. Starts a PostgreSQL of its own and prints the figures.
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';

requireNode();
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, jobs: { type: 'string', default: '1000000' } },
});
const rounds = Number(values.rounds);
const jobs = Number(values.jobs);
if (![rounds, jobs].every((value) => Number.isInteger(value) && value >= 1)) {
  console.error('usage: npm run perf:job-counts [-- --rounds N --jobs N]');
  process.exit(2);
}
process.chdir(ROOT);
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { measureJobCounts } = await import('../perf/job-counts/run.mjs');
const sizes = [...new Set([10, Math.ceil(jobs / 10), jobs])];
await measureJobCounts({ rounds, sizes, onLine: (line) => console.log(line) });
