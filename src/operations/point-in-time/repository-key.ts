import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from '../../database/embedded/run.js';

const KEY_FILE = 'repository-key.conf';
const KEY_BYTES = 48;
const SECRET = /^\s*repo\d+-(cipher-pass|s3-key|s3-key-secret|azure-key|gcs-key)\s*=/m;

/**
 * Makes a key for a new repository, in a file that only `account` reads; one that is there is left as it is.
 *
 * @param directory of pgBackRest's further configuration files
 * @returns the file, when it was made
 */
export async function writeRepositoryKey(directory: string, account: Account): Promise<string | undefined> {
  for (const file of await configFilesIn(directory)) {
    if (/^\s*repo1-cipher-pass\s*=/m.test(await readFile(file, 'utf8'))) return undefined;
  }
  const file = path.join(directory, KEY_FILE);
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`[global]\nrepo1-cipher-pass=${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (account.uid !== undefined && account.gid !== undefined) await chown(file, account.uid, account.gid);
  return file;
}

/** Where keys are open to every account of the host, each as a sentence that says what to do. */
export async function findKeyFaults(config: string, includeDirectory: string): Promise<string[]> {
  const faults: string[] = [];
  for (const file of [config, ...(await configFilesIn(includeDirectory))]) {
    if (((await stat(file)).mode & 0o007) === 0) continue;
    if (!SECRET.test(await readFile(file, 'utf8'))) continue;
    faults.push(`${file} holds a key and is open to every account: chmod 600 it, owned by the account of PostgreSQL.`);
  }
  return faults;
}

async function configFilesIn(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [];
  const names = (await readdir(directory)).filter((name) => name.endsWith('.conf'));
  return names.sort().map((name) => path.join(directory, name));
}
