// `npm start`: brings a checkout, fresh or changed, to a running service. Plain Node without packages,
// since there may be none yet.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';
import { endWithNpm } from './bootstrap/parent.mjs';
import { Steps } from './bootstrap/steps.mjs';

requireNode();
endWithNpm();
process.chdir(ROOT);
try {
  const steps = new Steps(3);
  await exclusively(async (lock) => {
    if (arePackagesInstalled()) steps.skip('packages are up to date');
    else await steps.run('installing packages', () => installPackages(lock));
    if (isBuilt()) steps.skip('dist is up to date');
    else await steps.run('building', () => build(lock));
  });
  steps.skip('starting');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
// In this process, so that Ctrl-C and SIGTERM reach the service itself.
await import(pathToFileURL(path.join(ROOT, 'dist/start.js')).href);
