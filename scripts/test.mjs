// `npm test [-- arguments of Jest]`: installs what the tests need, builds, runs them, and ends with a
// line `N passed, N failed`. Plain Node without packages, since there may be none yet.
import { canInstall, installDebianPackages } from './bootstrap/apt.mjs';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { runJest } from './bootstrap/jest.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';
import { endWithNpm } from './bootstrap/parent.mjs';
import { Steps } from './bootstrap/steps.mjs';
import { summaryLine } from './bootstrap/test-results.mjs';
import { TOOLS, missingTools, suitesWithTools } from './bootstrap/tools.mjs';

requireNode();
endWithNpm();
process.chdir(ROOT);
const steps = new Steps(4);
try {
  const ignored = await exclusively(async (lock) => {
    if (arePackagesInstalled()) steps.skip('packages are up to date');
    else await steps.run('installing packages', () => installPackages(lock));
    const unrunnable = await provideTools();
    if (isBuilt()) steps.skip('dist is up to date');
    else await steps.run('building', () => build(lock));
    return unrunnable;
  });
  steps.skip('running the tests');
  const { code, results } = await runJest(process.argv.slice(2), [...ignored.keys()]);
  for (const [suite, tools] of ignored) console.log(`not run: ${suite} (needs ${tools.join(', ')})`);
  console.log(summaryLine(results));
  process.exit(code === 0 && results === undefined ? 1 : code);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log(summaryLine(undefined));
  process.exit(1);
}

/**
 * Installs the tools that suites need where that is possible.
 *
 * @returns {Promise<Map<string, string[]>>} the suites that cannot run, each with the tools it lacks
 * @throws Error when there are any and this is CI
 */
async function provideTools() {
  const suites = suitesWithTools(ROOT);
  const needed = [...suites.values()].flat();
  let missing = missingTools(needed);
  if (missing.length === 0) steps.skip('all tools are there');
  else if (canInstall()) {
    const packages = [...new Set(missing.flatMap((tool) => TOOLS[tool]?.package ?? []))];
    await steps.run(`installing ${packages.join(', ')}`, () => installDebianPackages(packages));
    missing = missingTools(needed);
  } else steps.skip(`not installing ${missing.join(', ')}: that takes root on Debian`);

  const unrunnable = new Map(
    [...suites]
      .map(([suite, tools]) => /** @type {const} */ ([suite, tools.filter((tool) => missing.includes(tool))]))
      .filter(([, tools]) => tools.length > 0),
  );
  for (const [suite, tools] of unrunnable) console.log(`cannot run ${suite}: ${tools.join(', ')} missing`);
  if (unrunnable.size > 0 && process.env.CI === 'true') throw new Error('In CI every suite has to run.');
  return unrunnable;
}
