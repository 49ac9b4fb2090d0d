// Writes everything that is generated from the code or the catalogue: the tests that hold those files
// up to date write them instead.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolPath } from './bootstrap/tools.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const statementsFile = path.join(root, 'src/database/statements.ts');

/** The service starts only with a list of statements that fits the files, so a new file is listed before it is described. */
function listNewStatements() {
  const names = readdirSync(path.join(root, 'db/queries'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length).replaceAll(path.sep, '/'));
  const source = readFileSync(statementsFile, 'utf8');
  const listed = new Set(Array.from(source.matchAll(/^ {2}'(.+)',$/gm), ([, name]) => name));
  if (names.length === listed.size && names.every((name) => listed.has(name))) return;
  const list = names.map((name) => `  '${name}',`).join('\n');
  writeFileSync(statementsFile, source.replace(/(STATEMENT_NAMES = \[\n)[^]*?(\n\])/, `$1${list}$2`));
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 */
function run(command, args, environment = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
  return status ?? 1;
}

listNewStatements();
run('npx', ['tsc', '-p', 'tsconfig.build.json']); // types may not fit yet; it compiles all the same
process.exitCode = run('npx', ['jest', '--testPathPatterns', 'generated'], {
  PATH: toolPath(),
  UPDATE_GENERATED: '1',
  NODE_OPTIONS: '--experimental-vm-modules',
});
