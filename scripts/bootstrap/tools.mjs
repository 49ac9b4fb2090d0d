import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Programs beside Node that suites need. A suite names them in its opening comment:
 *
 *     /** @needs pg_dump, psql *\/
 *
 * `package` is Debian's; `version` has to match what the program prints when it is given `ask`, which is
 * `--version` where it is not said.
 *
 * @type {Readonly<Record<string, { readonly package: string, readonly version: RegExp, readonly ask?: string }>>}
 */
export const TOOLS = {
  amtool: { package: 'prometheus-alertmanager', version: /amtool, version 0\./ },
  initdb: { package: 'postgresql-15', version: / 15[.\s]/ },
  openssl: { package: 'openssl', version: /^OpenSSL 3\./, ask: 'version' },
  pg_dump: { package: 'postgresql-client-15', version: / 15[.\s]/ },
  pg_basebackup: { package: 'postgresql-client-15', version: / 15[.\s]/ },
  pgbouncer: { package: 'pgbouncer', version: / 1\.(1[89]|[2-9]\d)\./ },
  prometheus: { package: 'prometheus', version: /prometheus, version 2\./ },
  'prometheus-alertmanager': { package: 'prometheus-alertmanager', version: /alertmanager, version 0\./ },
  'prometheus-node-exporter': { package: 'prometheus-node-exporter', version: /node_exporter, version 1\./ },
  'prometheus-postgres-exporter': { package: 'prometheus-postgres-exporter', version: /exporter, version 0\.11/ },
  promtool: { package: 'prometheus', version: /promtool, version 2\./ },
  postgres: { package: 'postgresql-15', version: / 15[.\s]/ },
  psql: { package: 'postgresql-client-15', version: / 15[.\s]/ },
  'systemd-analyze': { package: 'systemd', version: /^systemd 2[5-9]\d/ },
};

/** Where Debian keeps the programs of one PostgreSQL version; goes before the PATH, whose own may be of another. */
const TOOL_FOLDERS = ['/usr/lib/postgresql/15/bin', '/usr/sbin', '/sbin'];

/** The PATH that tools are looked for in and that the tests get. */
export function toolPath(current = process.env.PATH ?? '') {
  return [TOOL_FOLDERS[0], current, ...TOOL_FOLDERS.slice(1)].join(path.delimiter);
}

/**
 * The tools that a suite's opening comment names.
 *
 * @param {string} source text of a test file
 * @returns {string[]}
 * @throws Error when it names one that is not in the table
 */
export function toolsNeededBy(source) {
  const [, list = ''] = /^\/\*\*[^/]*?@needs ([^*\n]+)/.exec(source) ?? [];
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.find((name) => !Object.hasOwn(TOOLS, name));
  if (unknown !== undefined)
    throw new Error(`@needs names "${unknown}", which scripts/bootstrap/tools.mjs does not know`);
  return names;
}

/**
 * All suites that need tools, by their path relative to `root`.
 *
 * @param {string} root
 * @returns {Map<string, string[]>}
 */
export function suitesWithTools(root) {
  const suites = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join('test', name));
  /** @type {[string, string[]][]} */
  const needs = suites.map((suite) => [suite, toolsNeededBy(readFileSync(path.join(root, suite), 'utf8'))]);
  return new Map(needs.filter(([, tools]) => tools.length > 0));
}

/**
 * Those of `tools` that are not there, or not in the version that the tests need.
 *
 * @param {Iterable<string>} tools
 * @returns {string[]}
 */
export function missingTools(tools) {
  return [...new Set(tools)].filter((tool) => {
    const { stdout, stderr } = spawnSync(tool, [TOOLS[tool]?.ask ?? '--version'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: toolPath() },
      timeout: 10_000,
    });
    return !TOOLS[tool]?.version.test(`${stdout}\n${stderr}`);
  });
}
