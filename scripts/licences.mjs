// `npm run licences`: holds every package that is installed, for development too, against the list of allowed
// licences, and package.json and its lock file against what makes an installation repeatable. Exits 1 when
// something does not fit.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap/checkout.mjs';
import { licenceProblems } from './supply-chain/licences.mjs';
import { lockFileProblems } from './supply-chain/lock-file.mjs';

/** @param {string} file */
const read = (file) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
/** @param {string} folder */
const readManifest = (folder) => {
  const file = path.join(folder, 'package.json');
  return existsSync(path.join(ROOT, file)) ? read(file) : undefined;
};

const { packages } = read('package-lock.json');
const problems = [...lockFileProblems(read('package.json'), packages), ...licenceProblems(packages, readManifest)];
for (const problem of problems) console.error(problem);
if (problems.length === 0)
  console.log(`${Object.keys(packages).length - 1} packages: licences and lock file are in order`);
process.exitCode = problems.length === 0 ? 0 : 1;
