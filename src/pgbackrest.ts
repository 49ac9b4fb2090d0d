import { parseArgs } from 'node:util';
import { Session } from './database/session.js';
import { findArchivingFaults, readArchiving } from './operations/point-in-time/archiving.js';
import { readHost, type Host } from './operations/point-in-time/host.js';
import { PgBackRest, reasonOf, type BackupType } from './operations/point-in-time/pgbackrest.js';
import { rehearse } from './operations/point-in-time/rehearse.js';
import { findRepositoryFaults } from './operations/point-in-time/repository-faults.js';
import { findKeyFaults, writeRepositoryKey } from './operations/point-in-time/repository-key.js';
import { readTarget, type Target } from './operations/point-in-time/target.js';
import { explain } from './runtime/explain.js';

const USAGE = `Usage: node dist/pgbackrest.js COMMAND [options], on the database's host, as root or postgres
  create-stanza       makes the key of the repository where there is none, and the stanza; checks that archiving works
  backup full         backs up everything; then removes what is older than the retention
  backup incremental  backs up what has changed since the last backup
  verify              reads the whole repository; exits 1 when anything is wrong with it, its keys, or archiving
  rehearse            restores into a copy, verifies that, and removes it; the server is not touched
  restore             restores into the data directory of the server, which has to be stopped
Options:
  --target TIME       with its zone, such as 2026-11-24T15:06:02Z (rehearse, restore; default: the end of the archive)
  --directory DIR     where rehearse makes its copy (default: the temporary folder)
  --config FILE       (default /etc/pgbackrest/pgbackrest.conf)
  --include-path DIR  of further configuration, such as the key (default /etc/pgbackrest/conf.d)
  --stanza NAME       (default docling)`;

interface Context {
  readonly pgbackrest: PgBackRest;
  readonly host: Host;
  readonly config: string;
  readonly includeDirectory: string;
  readonly target: Target;
  readonly directory: string | undefined;
  readonly signal: AbortSignal;
}

class UsageError extends Error {}

const print = (line: string) => process.stdout.write(`${line}\n`);

async function createStanza({ pgbackrest, host, includeDirectory }: Context): Promise<string[]> {
  const file = await writeRepositoryKey(includeDirectory, host.account);
  if (file)
    print(`Made ${file}. Keep a copy of it where a loss of this host does not reach: no backup is read without.`);
  await pgbackrest.createStanza();
  await pgbackrest.check();
  print('The stanza is there, and archiving works. Make a full backup next.');
  return [];
}

async function backup({ pgbackrest }: Context, type: BackupType): Promise<string[]> {
  await pgbackrest.backup(type);
  const newest = (await pgbackrest.listBackups()).at(-1);
  print(
    `Backup ${newest?.label} is done: ${newest?.info.size} bytes, ${newest?.info.repository.delta} of them stored anew.`,
  );
  return [];
}

async function verify({ pgbackrest, host, config, includeDirectory }: Context): Promise<string[]> {
  const archiving = findArchivingFaults(await readStateOf(host));
  // `check` waits a minute for a segment that cannot come.
  if (archiving.length === 0) await pgbackrest.check();
  return [
    ...archiving,
    ...(await findKeyFaults(config, includeDirectory)),
    ...(await findRepositoryFaults(pgbackrest)),
  ];
}

async function readStateOf(host: Host) {
  const session = await Session.open(host.url, 'docling-jobs-pgbackrest');
  try {
    return await readArchiving(session);
  } finally {
    await session.close();
  }
}

async function rehearseRestore({ pgbackrest, host, target, directory, signal }: Context): Promise<string[]> {
  const { account } = host;
  const outcome = await rehearse({ pgbackrest, account, target, parent: directory, signal });
  const { restoreSeconds, replaySeconds, progress } = outcome.recovered;
  const seconds = [restoreSeconds, replaySeconds, outcome.verifySeconds].map((each) => each.toFixed(1));
  print(`Restored to ${target}: files ${seconds[0]} s, replay ${seconds[1]} s, verified in ${seconds[2]} s.`);
  print(`The last change in it is of ${progress.replayedUntil?.toISOString() ?? 'before the end of the backup'}.`);
  return [...outcome.faults];
}

async function restore({ pgbackrest, host, target }: Context): Promise<string[]> {
  await pgbackrest.restore({ directory: host.directory, archive: true, ...(target === 'latest' ? {} : { target }) });
  print(`The files are restored to ${host.directory}. Start PostgreSQL; it replays up to ${target}, and takes writes when
SELECT pg_is_in_recovery() is false. If it ends instead, its log says why. Make a full backup then.`);
  return [];
}

const COMMANDS: Readonly<Record<string, (context: Context) => Promise<string[]>>> = {
  'create-stanza': createStanza,
  'backup full': (context) => backup(context, 'full'),
  'backup incremental': (context) => backup(context, 'incremental'),
  verify,
  rehearse: rehearseRestore,
  restore,
};

function readArguments() {
  const text = { type: 'string' } as const;
  const names = { target: text, directory: text, config: text, 'include-path': text, stanza: text };
  try {
    const { values, positionals } = parseArgs({ options: names, allowPositionals: true });
    const command = positionals.join(' ');
    const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
    if (!run) throw new UsageError(USAGE);
    return { run, values, target: values.target === undefined ? 'latest' : readTarget(values.target) };
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : new UsageError(USAGE);
  }
}

async function main(): Promise<number> {
  const { run, values, target } = readArguments();
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop.abort(new Error(`Ended by ${name}.`)));
  }
  const { config = '/etc/pgbackrest/pgbackrest.conf', stanza = 'docling', directory } = values;
  const includeDirectory = values['include-path'] ?? '/etc/pgbackrest/conf.d';
  const { signal } = stop;
  const host = await readHost(config, stanza);
  const pgbackrest = new PgBackRest({ config, includeDirectory, stanza, account: host.account, signal });
  const faults = await run({ pgbackrest, host, config, includeDirectory, target, directory, signal });
  for (const fault of faults) process.stderr.write(`FAULT: ${fault}\n`);
  if (faults.length === 0) print('OK');
  return faults.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof UsageError ? error.message : (explain(error) ?? reasonOf(error))}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
