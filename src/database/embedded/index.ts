import { rm } from 'node:fs/promises';
import path from 'node:path';
import { prepareBinaries } from './binaries.js';
import { bringUp, probe } from './bring-up.js';
import { EmbeddedPostgresError, hasErrorCode } from './errors.js';
import { withLock } from './lock.js';
import { writePasswordFile } from './password-file.js';
import { findPostmaster, stopPostmaster } from './postmaster.js';
import { createSite, openServer, siteBelow, type Server } from './site.js';
import { readState, writeState, type Role } from './state.js';
import { hasUsers, registerUser } from './users.js';

export { EmbeddedPostgresError } from './errors.js';

const DEFAULT_TIMEOUT_MS = 120_000;
/** Enough for another process to finish a stop of its own, and little enough for a shutdown within 30 s. */
const RELEASE_LOCK_TIMEOUT_MS = 25_000;

export type EmbeddedRole = Exclude<Role, 'postgres'>;

export interface EmbeddedPostgresOptions {
  /** Everything lies in its folder `postgres`. Processes that share it have to run on one machine (or in one container). */
  readonly dataDir: string;
  /** Receives a line for each step that takes a while. */
  readonly log?: (message: string) => void;
  /** Time limit of the whole call. */
  readonly timeoutMs?: number;
}

/** How to reach the server: it listens on 127.0.0.1 only and knows no session without a password. */
export interface EmbeddedPostgresAddress {
  readonly port: number;
  /** Connection string of the superuser `postgres`. */
  superuserUrl(database: string): string;
}

/** A server that runs already, whoever started it. */
export interface FoundEmbeddedPostgres extends EmbeddedPostgresAddress {
  /**
   * The same for psql and other programs on libpq, without the password: that is written to a file, which the string
   * names and only its owner may read.
   */
  psqlUrl(database: string): Promise<string>;
}

export interface EmbeddedPostgres extends EmbeddedPostgresAddress {
  /** False if this call started the server, true if it was running already. */
  readonly adopted: boolean;
  /** Passwords that the roles are to be given; they stay the same as long as the data folder. */
  readonly passwords: Readonly<Record<EmbeddedRole, string>>;
  /** Connection string of a role; the roles themselves are made by `db/roles.sql`. */
  roleUrl(role: EmbeddedRole, database: string): string;
  /**
   * Ends this use: the server is stopped, sessions and all, if no other process uses it. Takes at most
   * some 45 s, usually under 1 s. Further calls do nothing.
   */
  release(): Promise<void>;
}

/**
 * Returns a running PostgreSQL of this project's own, with the data that `dataDir` holds: adopts one
 * that runs, else starts it, and makes the database cluster if there is none. Safe to call from
 * several processes at once, and after any of them, the server or the machine was killed.
 *
 * @throws EmbeddedPostgresError with what is wrong and what to do.
 */
export async function ensureEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log = () => undefined, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const deadline = Date.now() + timeoutMs;
  return withAccessExplained(dataDir, async () => {
    const site = await createSite(dataDir);
    return withLock(site.lock, timeoutMs, async () => {
      const server = await openServer(site);
      const { port, adopted } = await bringUp(server, deadline, log);
      if (port !== server.state.port) await writeState(site.stateFile, { ...server.state, port });
      const registration = await registerUser(site.users);
      return handleFor(server, { port, adopted, registration });
    });
  });
}

/** The server of `dataDir` if it accepts connections now; starts nothing and does not count as a use. */
export async function findEmbeddedPostgres(dataDir: string): Promise<FoundEmbeddedPostgres | undefined> {
  return withAccessExplained(dataDir, async () => {
    const { stateFile } = siteBelow(dataDir);
    if ((await readState(stateFile)) === undefined) return undefined;
    const server = await openServer(await createSite(dataDir));
    const postmaster = await findPostmaster(server);
    if (postmaster === undefined || (await probe(server, postmaster)) !== 'ready') return undefined;
    const { port } = postmaster;
    return {
      ...addressOf(server, port),
      psqlUrl: async (database) => {
        const passwordFile = await writePasswordFile(server);
        return `${urlOf('postgres', undefined, port, database)}?passfile=${encodeURIComponent(passwordFile)}`;
      },
    };
  });
}

function addressOf({ state }: Server, port: number): EmbeddedPostgresAddress {
  return { port, superuserUrl: (database) => urlOf('postgres', state.passwords.postgres, port, database) };
}

function handleFor(
  server: Server,
  { port, adopted, registration }: { port: number; adopted: boolean; registration: string },
): EmbeddedPostgres {
  const { docling_migration, docling_app, monitoring_user } = server.state.passwords;
  const passwords = { docling_migration, docling_app, monitoring_user };
  let released: Promise<void> | undefined;
  return {
    ...addressOf(server, port),
    adopted,
    passwords,
    roleUrl: (role, database) => urlOf(role, passwords[role], port, database),
    release: () => (released ??= release(server, registration)),
  };
}

async function release(server: Server, registration: string): Promise<void> {
  const { lock, users } = server.site;
  await rm(registration, { force: true });
  await withLock(lock, RELEASE_LOCK_TIMEOUT_MS, async () => {
    if ((await hasUsers(users)) || (await findPostmaster(server)) === undefined) return;
    const binaries = await prepareBinaries(server.home, server.account, () => undefined);
    await stopPostmaster(server, binaries);
  });
}

function urlOf(user: string, password: string | undefined, port: number, database: string): string {
  const login = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
  return `postgresql://${login}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function withAccessExplained<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL cannot use ${error.path ?? path.join(dataDir, 'postgres')}: it is read-only or belongs ` +
        'to another user. Run as that user, give the folder to this one, or set another DATA_DIR.',
      error,
    );
  }
}
