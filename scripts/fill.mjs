// `npm run fill -- [--jobs N] [--mb N] [--markdown-bytes N] [--sessions N]`: fills the database with jobs that have ended
// and their results, for trying backups, migrations and queries on one of a size that matters. Never in production.
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';

const USAGE = `usage: npm run fill -- [--jobs N] [--mb N] [--markdown-bytes N] [--sessions N]
  --jobs N            jobs to add at most (default 10000)
  --mb N              stop when the database has this many megabytes
  --markdown-bytes N  size of a Markdown result (default 8000, at most 200000); HTML has half as much again, JSON four times as much
  --sessions N        sessions that the jobs are spread over (default 100)`;

requireNode();
const given = readArguments();
process.chdir(ROOT);
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { loadConfig } = await import('../dist/config.js');
const { connectDatabase } = await import('../dist/runtime/connection.js');
const { migrateUp } = await import('../dist/database/migrator.js');
const { fillDatabase } = await import('../perf/fill/run.mjs');

try {
  const config = loadConfig();
  if (config.environment === 'production') throw new Error('NODE_ENV=production: made-up jobs have no place there.');
  const connection = await connectDatabase(config, (message) => console.error(message));
  try {
    await migrateUp({ directUrl: connection.migrationUrl });
    const describe = ({ jobs, bytes }) => `${jobs} jobs added, ${Math.round(bytes / 1e6)} MB`;
    const onBatch = (done) => done.jobs % 5_000 === 0 && console.log(describe(done));
    console.log(`done: ${describe(await fillDatabase({ url: connection.migrationUrl, ...given, onBatch }))}`);
  } finally {
    await connection.release();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function readArguments() {
  const text = { type: /** @type {const} */ ('string') };
  try {
    const { values } = parseArgs({ options: { jobs: text, mb: text, 'markdown-bytes': text, sessions: text } });
    const number = (name, fallback, least, most = 1e9) => {
      const value = values[name] === undefined ? fallback : Number(values[name]);
      if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
        throw new Error(`--${name}`);
      return value;
    };
    const mb = number('mb', undefined, 1);
    return {
      jobs: number('jobs', mb === undefined ? 10_000 : 1e9, 1),
      markdownBytes: number('markdown-bytes', 8_000, 0, 200_000),
      sessions: number('sessions', 100, 1),
      ...(mb !== undefined && { bytes: mb * 1e6 }),
    };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}
