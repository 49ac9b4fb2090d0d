// What scripts/test-point-in-time-recovery.sh runs.
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';
import { TOOLS, missingTools, toolPath } from './bootstrap/tools.mjs';

const USAGE = `usage: scripts/test-point-in-time-recovery.sh [options]
  --mb N               fill the database to this many megabytes (default 30)
  --archive-timeout N  seconds (default: as shipped in deploy/pgbackrest/postgresql.conf)
  --rpo-limit N        seconds of writing that may be lost (default 300)
  --rto-limit N        seconds that a recovery may take (default 900)
  --directory DIR      where to work, four times the size of the database (default: the temporary folder); the
                       account postgres has to be able to enter it
  --report-dir DIR     where point-in-time.json, point-in-time.log and docling_pitr.prom go (default coverage/recovery)`;

requireNode();
const given = readArguments();
process.env.PATH = toolPath();
const missing = missingTools(['initdb', 'pg_amcheck', 'pgbackrest']);
if (missing.length > 0) {
  const packages = [...new Set(missing.map((tool) => TOOLS[tool]?.package))].join(' ');
  console.error(`${missing.join(', ')} missing, or of another version: apt-get install ${packages}`);
  process.exit(1);
}
process.chdir(ROOT);
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { runDrill } = await import('../dist/operations/point-in-time/drill.js');
const { describeReport, writeReport } = await import('../dist/operations/point-in-time/report.js');
const { fillDatabase } = await import('../perf/fill/run.mjs');

mkdirSync(given.reportDirectory, { recursive: true });
const log = createWriteStream(path.join(given.reportDirectory, 'point-in-time.log'));
const began = Date.now();
const say = (/** @type {string} */ line) => {
  const text = `${String(Math.round((Date.now() - began) / 1_000)).padStart(5)} s  ${line}`;
  console.log(text);
  log.write(`${text}\n`);
};
const stop = new AbortController();
// However often: what has to be cleaned up takes a moment, and its waits are bounded.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => stop.abort(new Error(`The drill was ended by ${name}; nothing is left of it.`)));
}
const { bytes, archiveTimeoutSeconds, limits, directory } = given;
const fill = async (/** @type {string} */ url) => {
  await fillDatabase({ url, jobs: 1e9, bytes, markdownBytes: 8_000, sessions: 100 });
};
try {
  const report = await runDrill({ fill, archiveTimeoutSeconds, limits, directory, signal: stop.signal, say });
  await writeReport(report, given.reportDirectory);
  for (const line of describeReport(report)) say(line);
  process.exitCode = report.verdict === 'passed' ? 0 : 1;
} catch (error) {
  say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof Error && error.cause) say(String(error.cause));
  process.exitCode = 1;
} finally {
  log.end();
}

function readArguments() {
  const text = { type: /** @type {const} */ ('string') };
  const options = { mb: text, 'archive-timeout': text, 'rpo-limit': text, 'rto-limit': text };
  try {
    const { values } = parseArgs({
      options: { ...options, directory: text, 'report-dir': text, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const number = (/** @type {keyof typeof options} */ name, /** @type {number} */ fallback) => {
      const value = Number(values[name] ?? fallback);
      if (!Number.isInteger(value) || value < 1 || value > 1e6)
        throw new Error(`--${name} takes a whole number from 1`);
      return value;
    };
    return {
      bytes: number('mb', 30) * 1e6,
      archiveTimeoutSeconds: values['archive-timeout'] === undefined ? undefined : number('archive-timeout', 60),
      limits: { rpoSeconds: number('rpo-limit', 300), rtoSeconds: number('rto-limit', 900) },
      directory: values.directory === undefined ? undefined : path.resolve(values.directory),
      reportDirectory: path.resolve(values['report-dir'] ?? path.join(ROOT, 'coverage', 'recovery')),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}
