// `npm run migrate:drill -- [--copy | --jobs N --mb N]`: every migration down, up again and down on a server of its own with
// data, then all of them up. Exits 1 when one leaves a doubt. docs/database-backup.md says how to read what it prints.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';
import { endWithNpm } from './bootstrap/parent.mjs';
import { toolPath } from './bootstrap/tools.mjs';

const USAGE = `usage: npm run migrate:drill -- [--copy | [--jobs N] [--mb N]] [--minutes N] [--report FILE]
  --copy         drills on a copy of the service's database (DIRECT_DATABASE_URL, else DATABASE_URL, else the embedded one),
                 which is only read; needs pg_dump and pg_restore, and room for the copy in the temporary folder (TMPDIR)
  --jobs N       drills on N made-up jobs (default 2000)
  --mb N         drills on made-up jobs, as many as make so many megabytes
  --minutes N    gives up after so long (default 30)
  --report FILE  where the report goes as JSON (default coverage/migrate-drill.json)`;

requireNode();
endWithNpm();
const given = readArguments();
process.chdir(ROOT);
process.env.PATH = toolPath();
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { loadConfig } = await import('../dist/config.js');
const { migrateUp } = await import('../dist/database/migrator.js');
const { copyDatabase } = await import('../dist/operations/migrate-drill/copy-database.js');
const { describeStep } = await import('../dist/operations/migrate-drill/describe-step.js');
const { drillMigrations } = await import('../dist/operations/migrate-drill/drill.js');
const { connectDatabase } = await import('../dist/runtime/connection.js');
const { explain } = await import('../dist/runtime/explain.js');
const { addLiveRows, fillDatabase } = await import('../perf/fill/run.mjs');

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(name, () => stop.abort(new Error(`ended by ${name}; nothing is left behind`)));
const giveUp = () => stop.abort(new Error(`gave up after ${given.minutes} minutes; --minutes allows more`));
const timer = setTimeout(giveUp, given.minutes * 60_000);
const log = (/** @type {string} */ line) => console.log(line);
try {
  const report = await drillMigrations({
    load: given.copy ? loadCopy : loadMadeUp,
    complete: addLiveRows,
    signal: stop.signal,
    log,
    onStep: (step) => describeStep(step).forEach(log),
  });
  await finish(report);
} catch (error) {
  console.error(explain(error) ?? (error instanceof Error ? error.message : error));
  process.exitCode = 1;
} finally {
  clearTimeout(timer);
}

/** @param {import('../dist/operations/migrate-drill/scratch-server.js').ScratchServer} server */
async function loadCopy(server) {
  const connection = await connectDatabase(loadConfig(), log);
  try {
    await copyDatabase(connection.migrationUrl, server, stop.signal);
  } finally {
    await connection.release();
  }
}

/** @param {import('../dist/operations/migrate-drill/scratch-server.js').ScratchServer} server */
async function loadMadeUp({ url }) {
  await migrateUp({ directUrl: url });
  await fillDatabase({ url, jobs: given.jobs, bytes: given.bytes, markdownBytes: 8_000, sessions: 100 });
}

/** @param {import('../dist/operations/migrate-drill/drill.js').DrillReport} report */
async function finish(report) {
  for (const problem of report.problems) log(`PROBLEM ${problem}`);
  const jobs = report.rows['public.jobs'] ?? 0;
  log(`${Math.round(report.databaseBytes / 1e6)} MB, ${jobs} jobs, ${Math.round(report.durationMs / 1000)} s`);
  await mkdir(path.dirname(given.report), { recursive: true });
  await writeFile(given.report, `${JSON.stringify({ data: given.copy ? 'copy' : 'made up', ...report }, null, 2)}\n`);
  log(`report: ${given.report}`);
  log(report.ok ? 'migrate:drill: every migration can go back' : 'migrate:drill: NOT every migration can go back');
  if (!report.ok) process.exitCode = 1;
}

function readArguments() {
  const text = { type: /** @type {const} */ ('string') };
  const options = {
    copy: { type: /** @type {const} */ ('boolean') },
    jobs: text,
    mb: text,
    minutes: text,
    report: text,
  };
  try {
    const { values } = parseArgs({ options });
    const number = (name, fallback) => {
      const value = values[name] === undefined ? fallback : Number(values[name]);
      if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 1e6)) throw new Error(name);
      return value;
    };
    const mb = number('mb');
    const jobs = number('jobs', mb === undefined ? 2_000 : 1e6);
    if (values.copy && (values.jobs ?? values.mb) !== undefined) throw new Error('copy');
    return {
      copy: values.copy ?? false,
      jobs,
      bytes: mb === undefined ? Infinity : mb * 1e6,
      minutes: Math.min(number('minutes', 30), 24 * 60),
      report: path.resolve(values.report ?? path.join(ROOT, 'coverage', 'migrate-drill.json')),
    };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}
