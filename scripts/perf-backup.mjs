// `npm run perf:backup -- [--rounds N]`: how long dumps and restores of the database take, and how large dumps are, in both
// formats. Fill it first: npm run fill -- --mb 1000. Reads the database, and restores into ones of its own.
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';

requireNode();
const rounds = readRounds();
process.chdir(ROOT);
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { loadConfig } = await import('../dist/config.js');
const { findServer } = await import('../dist/operations/backup/server.js');
const { measureBackups } = await import('../perf/backup/run.mjs');

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort(new Error(`Stopped by ${signal}.`)));
/** @type {Map<string, { seconds: number[], bytes: number | undefined }>} */
const figures = new Map();
try {
  const config = loadConfig();
  const server = await findServer(config, process.env);
  await mkdir(config.backup.dir, { recursive: true });
  const onMeasured = (what, seconds, bytes) => {
    console.log(`${what}: ${seconds.toFixed(1)} s${bytes === undefined ? '' : `, ${Math.round(bytes / 1e6)} MB`}`);
    figures.set(what, { seconds: [...(figures.get(what)?.seconds ?? []), seconds], bytes });
  };
  await measureBackups({ server, directory: config.backup.dir, rounds, signal: stop.signal, onMeasured });
  console.log(`\nmedians of ${rounds} rounds:`);
  for (const [what, { seconds, bytes }] of figures) {
    const median = seconds.toSorted((one, other) => one - other)[Math.floor(seconds.length / 2)];
    console.log(
      `  ${what.padEnd(28)} ${median.toFixed(1).padStart(6)} s${bytes === undefined ? '' : `  ${Math.round(bytes / 1e6)} MB`}`,
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function readRounds() {
  try {
    const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
    const given = Number(values.rounds);
    if (Number.isInteger(given) && given >= 1 && given <= 100) return given;
  } catch {
    // the usage says it
  }
  console.error('usage: npm run perf:backup -- [--rounds N]');
  process.exit(2);
}
