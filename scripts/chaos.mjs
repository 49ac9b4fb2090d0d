// `npm run test:chaos [-- --minutes 3 --jobs 2000 --seed 1]`: hurts a service of its own while it works,
// and checks that it kept every promise. Exits 1 when it did not. docs/reliability.md says what for.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';

requireNode();
process.chdir(ROOT);
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    report: { type: 'string', default: path.join('coverage', 'chaos.json') },
  },
});
const numbers = { minutes: Number(values.minutes), jobs: Number(values.jobs), seed: Number(values.seed) };
for (const [name, value] of Object.entries(numbers)) {
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} has to be a number`);
}
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { runChaos, writeReport } = await import('../test/chaos/run.mjs');
const began = Date.now();
const say = (/** @type {string} */ line) =>
  console.log(`${String(Math.round((Date.now() - began) / 1_000)).padStart(4)} s  ${line}`);
say(`seed ${numbers.seed}, ${numbers.jobs} documents, ${numbers.minutes} min`);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
const report = await runChaos({ ...numbers, signal: stop.signal, say });
for (const line of await writeReport(report, values.report)) console.log(line);
console.log(report.violations.length === 0 ? 'chaos: every promise was kept' : 'chaos: promises were BROKEN');
process.exit(report.violations.length === 0 ? 0 : 1);
