import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writePrivateFile } from './private-file.js';
import { identifyThisProcess, isRunning, type ProcessIdentity } from './process-identity.js';

/** Enters this process among the users of the server and returns the file to remove when it leaves. */
export async function registerUser(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const entry = path.join(directory, `${process.pid}-${randomUUID()}`);
  await writePrivateFile(entry, JSON.stringify(identifyThisProcess()));
  return entry;
}

/** Whether a process that still runs is registered; entries of dead ones are removed. */
export async function hasUsers(directory: string): Promise<boolean> {
  let found = false;
  for (const name of await readdir(directory)) {
    const entry = path.join(directory, name);
    if (await isLive(entry)) found = true;
    else await rm(entry, { force: true });
  }
  return found;
}

async function isLive(entry: string): Promise<boolean> {
  try {
    return isRunning(JSON.parse(await readFile(entry, 'utf8')) as ProcessIdentity);
  } catch {
    return false;
  }
}
