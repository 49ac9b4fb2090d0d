// `npm run -s lint:migrations [-- FILE …]`: lints migrations (db/migrations/*.up.sql) for locks and rewrites that keep a
// running service waiting, as .squawk.toml says. Exits 1 when something is found.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap/checkout.mjs';

const given = process.argv.slice(2).map((file) => path.resolve(file));
process.chdir(ROOT);
const files = given.length > 0 ? given : listMigrations();
const outside = files.filter((file) => /^-- transaction: none$/m.test(readFileSync(file, 'utf8')));
const inside = files.filter((file) => !outside.includes(file));
const codes = [lint(['--assume-in-transaction'], inside), lint([], outside)];
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

/**
 * @param {readonly string[]} options
 * @param {readonly string[]} group
 */
function lint(options, group) {
  if (group.length === 0) return 0;
  const program = path.join('node_modules', 'squawk-cli', 'js', 'bin', 'squawk');
  const args = [
    program,
    '--config',
    '.squawk.toml',
    '--reporter',
    'gcc',
    '--no-error-on-unmatched-pattern',
    ...options,
    ...group,
  ];
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit', timeout: 60_000 });
  if (error) throw error;
  return status ?? 1;
}

function listMigrations() {
  const names = readdirSync(path.join('db', 'migrations'));
  return names.filter((name) => name.endsWith('.up.sql')).map((name) => path.posix.join('db/migrations', name));
}
