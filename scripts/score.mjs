// `npm run score -- [DIR] [--details]`: how much the built-in converter keeps of the documents below DIR, by default the
// corpus in perf/score/corpus, beside each of which stands what is expected (`name.ext.expected.md`). docs/conversion.md
// says how to read the figures.
import { parseArgs } from 'node:util';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';
import path from 'node:path';

requireNode();
const { values, positionals } = parseArgs({
  options: { details: { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (positionals.length > 1) {
  console.error('usage: npm run score -- [DIR] [--details]');
  process.exit(2);
}
const folder = path.resolve(positionals[0] ?? path.join(ROOT, 'perf/score/corpus'));
process.chdir(ROOT);
await exclusively(async (lock) => {
  if (!arePackagesInstalled()) await installPackages(lock);
  if (!isBuilt()) await build(lock);
});
const { HEADER, documentLine, formatLines, scoreFolder } = await import('../perf/score/run.mjs');
console.log(HEADER);
try {
  const all = await scoreFolder(folder, (scored) => {
    console.log(documentLine(scored));
    if (values.details) showMissing(scored.missing);
  });
  for (const line of ['', HEADER, ...formatLines(all)]) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** @param {Record<string, string[]>} missing */
function showMissing(missing) {
  for (const [name, values] of Object.entries(missing)) {
    if (values.length > 0) console.log(`    ${name}: ${JSON.stringify(values.slice(0, 60))}`);
  }
}
