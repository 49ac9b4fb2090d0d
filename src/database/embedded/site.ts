import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { canEnter, serverAccount } from './account.js';
import { EmbeddedPostgresError } from './errors.js';
import { findPostmaster } from './postmaster.js';
import type { Account } from './run.js';
import { newState, readState, writeState, type State } from './state.js';

/** Where things of one embedded server lie below `DATA_DIR/postgres`. All paths are real ones. */
export interface Site {
  readonly directory: string;
  readonly stateFile: string;
  readonly lock: string;
  readonly users: string;
}

/** A server that has a state file: its cluster may not have been made yet. */
export interface Server {
  readonly site: Site;
  readonly state: State;
  readonly account: Account;
  /** The folder that holds everything the server's account needs to read. */
  readonly home: string;
  readonly cluster: string;
}

/** Homes of servers whose `DATA_DIR` their account cannot enter, one folder per `DATA_DIR`. */
const HOMES_OUTSIDE = '/var/lib/docling-jobs';

export function siteBelow(dataDir: string): Site {
  const directory = path.join(dataDir, 'postgres');
  return {
    directory,
    stateFile: path.join(directory, 'state.json'),
    lock: path.join(directory, 'lock'),
    users: path.join(directory, 'users'),
  };
}

export async function createSite(dataDir: string): Promise<Site> {
  const { directory } = siteBelow(dataDir);
  await mkdir(directory, { recursive: true });
  // The server's own account has to pass through when root hands it over; what is secret is closed by itself.
  await chmod(directory, process.getuid?.() === 0 ? 0o755 : 0o700);
  return siteBelow(await realpath(dataDir));
}

/** Reads the state of a site, or begins it. Call it under the lock. */
export async function openServer(site: Site): Promise<Server> {
  const known = await readState(site.stateFile);
  if (known !== undefined) return await serverOf(site, known);
  const account = await serverAccount(undefined);
  const state = newState((await canEnter(site.directory, account)) ? '.' : await createHomeOutside(site, account));
  const server = await serverOf(site, state);
  await writeState(site.stateFile, state);
  return server;
}

async function serverOf(site: Site, state: State): Promise<Server> {
  const home = path.resolve(site.directory, state.home);
  const cluster = path.join(home, 'cluster');
  const account = await serverAccount(cluster);
  await mkdir(home, { recursive: true });
  if (!(await canEnter(home, account))) {
    throw new EmbeddedPostgresError(
      `The account of PostgreSQL (uid ${account.uid}) can no longer enter ${home}, which holds its data. ` +
        'Give the folders above it the permission x for others.',
    );
  }
  return { site, state, account, home, cluster };
}

async function createHomeOutside(site: Site, account: Account): Promise<string> {
  const key = createHash('sha256').update(site.directory).digest('hex').slice(0, 16);
  const home = path.join(HOMES_OUTSIDE, key);
  try {
    await mkdir(home, { recursive: true });
    await setClusterAside(home);
    await chmod(HOMES_OUTSIDE, 0o755);
    await chmod(home, 0o755);
    if (await canEnter(home, account)) return home;
  } catch (error) {
    throw outOfReach(site, error);
  }
  throw outOfReach(site, undefined);
}

/**
 * A `DATA_DIR` that was deleted leaves its cluster behind here, with passwords that nobody knows any
 * more. The next one in its place begins anew; the latest such cluster is kept, in case of a mistake.
 */
async function setClusterAside(home: string): Promise<void> {
  const cluster = path.join(home, 'cluster');
  if (!existsSync(cluster)) return;
  const postmaster = await findPostmaster({ cluster });
  if (postmaster !== undefined) process.kill(postmaster.pid, 'SIGINT');
  const aside = path.join(home, 'cluster-without-state');
  await rm(aside, { recursive: true, force: true });
  await rename(cluster, aside);
}

function outOfReach(site: Site, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and its account can enter neither ${site.directory} nor ${HOMES_OUTSIDE}. ` +
      'Set DATA_DIR to a folder that every user may enter, run as another user, or set DATABASE_URL.',
    cause,
  );
}
