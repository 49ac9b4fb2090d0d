import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { EmbeddedPostgresError, hasErrorCode } from './errors.js';
import { run, type Account } from './run.js';

const SERVER_USER = 'postgres';
const COMMAND_TIMEOUT_MS = 20_000;

/**
 * The account that PostgreSQL is to run as. It refuses to run as root, so root hands it to the owner
 * of an existing `cluster`, else to the system user `serverUser`, which is made where it is missing.
 */
export async function serverAccount(cluster: string | undefined, serverUser = SERVER_USER): Promise<Account> {
  if (process.getuid?.() !== 0) {
    requirePasswdEntry();
    return {};
  }
  const owner = cluster === undefined ? undefined : await ownerOf(cluster);
  return owner ?? (await lookUp(serverUser)) ?? (await createUser(serverUser));
}

/** initdb asks for the name of its user and crashes where there is none, as in containers with a bare `--user 1234`. */
function requirePasswdEntry(): void {
  try {
    userInfo();
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL cannot run as uid ${process.getuid?.()}, which has no entry in /etc/passwd. ` +
        'Add one, run as root or as a named user, or set DATABASE_URL to a PostgreSQL of your own.',
      error,
    );
  }
}

async function ownerOf(directory: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(directory);
    return uid === 0 ? undefined : { uid, gid };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function lookUp(user: string): Promise<Account | undefined> {
  try {
    const id = async (flag: string): Promise<number> =>
      Number(await run('id', [flag, user], { timeoutMs: COMMAND_TIMEOUT_MS }));
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    return undefined;
  }
}

async function createUser(user: string): Promise<Account> {
  const useradd = ['/usr/sbin/useradd', '/sbin/useradd'].find((file) => existsSync(file)) ?? 'useradd';
  // As Debian's own package does it, which refuses an account that is not in the group of its name.
  const args = ['--system', '--user-group', '--home-dir', '/var/lib/postgresql', '--no-create-home', user];
  let failure: unknown;
  try {
    await run(useradd, args, { timeoutMs: COMMAND_TIMEOUT_MS });
  } catch (error) {
    failure = error;
  }
  // Looked up whatever useradd said: another process may have made the user at the same time.
  const account = await lookUp(user);
  if (account !== undefined) return account;
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the system user "${user}" could not be made. ` +
      `Make it (useradd --system ${user}), run as another user, or set DATABASE_URL to a PostgreSQL of your own.`,
    failure,
  );
}

/** Whether the account may enter `directory` through all the folders above it, by their permission bits. */
export async function canEnter(directory: string, account: Account): Promise<boolean> {
  if (account.uid === undefined) return true;
  for (let folder = directory; ; folder = path.dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const needed = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & needed) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}
