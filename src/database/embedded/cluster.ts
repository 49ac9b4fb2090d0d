import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { chown, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from './private-file.js';
import { packagedMajor, type Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './errors.js';
import { run, type Account } from './run.js';
import type { Server } from './site.js';

const INITDB_TIMEOUT_MS = 120_000;
const UNFINISHED = 'unfinished-cluster-';
const OLDEST_LOG_MS = 8 * 24 * 60 * 60 * 1000;
const LARGEST_LOG_BYTES = 16 * 1024 * 1024;

/**
 * What differs from PostgreSQL's defaults, written once into the cluster's own postgresql.conf: an
 * operator may change it there or by ALTER SYSTEM. Seven log files, one per day of the week, each
 * overwritten a week later.
 */
const SETTINGS = `
max_connections = 100
shared_buffers = 128MB
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %q%u@%d '
`;

/** Whether the cluster has been made; one of another major version is refused and left as it is. */
export async function hasCluster({ cluster }: Server): Promise<boolean> {
  if (!existsSync(cluster)) return false;
  const file = path.join(cluster, 'PG_VERSION');
  const found = existsSync(file) ? (await readFile(file, 'utf8')).trim() : undefined;
  const expected = await packagedMajor();
  if (found === expected) return true;
  throw new EmbeddedPostgresError(
    found === undefined
      ? `${cluster} is not a PostgreSQL data folder. Nothing was changed: move it away, or set another DATA_DIR.`
      : `${cluster} holds data of PostgreSQL ${found}, and this version brings PostgreSQL ${expected}. ` +
          'Nothing was changed: dump it with the old version and restore it, or set another DATA_DIR.',
  );
}

/**
 * Makes the cluster: initdb works in a folder of its own that gets its name only when it is done, so
 * one that was interrupted is begun anew. Locale C: the same order of text on every machine, and
 * dumps that restore anywhere.
 */
export async function createCluster(server: Server, binaries: Binaries): Promise<void> {
  await removeUnfinished(server.home);
  const unfinished = path.join(server.home, UNFINISHED + randomUUID());
  const passwordFile = `${unfinished}.password`;
  await mkdir(unfinished, { mode: 0o700 });
  await give(unfinished, server.account);
  await writeFile(passwordFile, server.state.passwords.postgres, { mode: 0o600, flag: 'wx' });
  await give(passwordFile, server.account);
  try {
    const options = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--data-checksums'];
    await run(binaries.initdb, ['-D', unfinished, ...options, '--encoding=UTF8', '--locale=C'], {
      account: server.account,
      timeoutMs: INITDB_TIMEOUT_MS,
    });
  } catch (error) {
    throw new EmbeddedPostgresError(`initdb could not make a database in ${server.home}`, error);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await appendSettings(path.join(unfinished, 'postgresql.conf'), binaries);
  await rename(unfinished, server.cluster);
  await syncDirectory(server.home);
}

async function give(file: string, { uid, gid }: Account): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
}

async function appendSettings(file: string, { hasStatementStatistics }: Binaries): Promise<void> {
  // No following of links: root writes here into a folder of another account.
  const handle = await open(file, constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0));
  try {
    await handle.writeFile(SETTINGS);
    if (hasStatementStatistics) await handle.writeFile("shared_preload_libraries = 'pg_stat_statements'\n");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeUnfinished(home: string): Promise<void> {
  const leftovers = (await readdir(home)).filter((name) => name.startsWith(UNFINISHED));
  // An initdb whose parent was killed may still be writing: what it leaves is removed the next time.
  await Promise.allSettled(leftovers.map((name) => rm(path.join(home, name), { recursive: true, force: true })));
}

/**
 * PostgreSQL overwrites a log of last week only if it runs at midnight; with one that is started in
 * the morning and stopped in the evening they would grow for ever. Call it before a start.
 */
export async function removeOldLogs({ cluster }: Server): Promise<void> {
  const directory = path.join(cluster, 'log');
  if (!existsSync(directory)) return;
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const { size, mtimeMs } = await stat(file);
    if (size > LARGEST_LOG_BYTES || Date.now() - mtimeMs > OLDEST_LOG_MS) await rm(file, { force: true });
  }
}
