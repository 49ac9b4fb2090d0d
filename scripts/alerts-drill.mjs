// `npm run alerts:drill [-- --only PgBouncerDown,… --report FILE]`: starts PostgreSQL, PgBouncer, the service, Prometheus and
// Alertmanager of its own, makes what each alert is about, and shows it arrive at a webhook and resolve. Exits 1 when one does not.
// docs/monitoring.md says more.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { STAGE_TOOLS } from './alerts-drill/tools.mjs';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';
import { provideTools } from './bootstrap/provide-tools.mjs';

requireNode();
process.chdir(ROOT);
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    report: { type: 'string', default: path.join('coverage', 'alerts-drill.json') },
  },
});
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
  await provideTools('The drill', STAGE_TOOLS);
});
const { inSeconds, isProven, PROVOKED, runDrill } = await import('./alerts-drill/run.mjs');
const { BY_PROMTOOL_ONLY } = await import('./alerts-drill/rules.mjs');
const only = values.only.split(',').filter(Boolean);
const unknown = only.filter((name) => !PROVOKED.includes(name));
if (unknown.length > 0) {
  console.error(`The drill raises no ${unknown.join(', ')}. It raises: ${PROVOKED.join(', ')}`);
  process.exit(1);
}
const began = Date.now();
const seconds = () => Math.round((Date.now() - began) / 1_000);
const say = (/** @type {string} */ line) => console.log(`${String(seconds()).padStart(4)} s  ${line}`);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
try {
  const drill = await runDrill({ only, signal: stop.signal, say });
  printTable(drill.outcomes);
  const machine = { processors: cpus().length, node: process.versions.node, at: new Date().toISOString() };
  await mkdir(path.dirname(values.report), { recursive: true });
  const report = { ...machine, tookSeconds: seconds(), byPromtoolOnly: BY_PROMTOOL_ONLY, ...drill };
  await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`);
  const proven = new Set(drill.outcomes.filter(isProven).map(({ alert }) => alert)).size;
  console.log(`\n${proven} alerts arrived and resolved, in ${seconds()} s; ${values.report} has the figures`);
  if (!drill.isGood) console.log('alerts drill: some did NOT');
  process.exitCode = drill.isGood ? 0 : 1;
} catch (error) {
  const reason = stop.signal.aborted ? stop.signal.reason : error;
  console.error(`alerts drill: ${reason instanceof Error ? reason.message : String(reason)}`);
  process.exitCode = 1;
}
process.exit();

/** @param {readonly import('./alerts-drill/run.mjs').Outcome[]} outcomes */
function printTable(outcomes) {
  const rows = outcomes.map((outcome) => [
    outcome.alert,
    outcome.condition,
    inSeconds(outcome.arrivedSeconds),
    inSeconds(outcome.resolvedSeconds),
  ]);
  console.log('\n| alert | condition made | to the webhook | resolved after mending |\n| --- | --- | --- | --- |');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  for (const [alert, why] of Object.entries(BY_PROMTOOL_ONLY)) {
    console.log(`| ${alert} | by promtool test only: ${why} | | |`);
  }
}
