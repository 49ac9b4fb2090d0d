import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../../durable-file.js';
import type { Session } from '../../database/session.js';
import { errorCodeOf } from '../../errors.js';
import { BackupError } from './backup-error.js';
import type { Manifest } from './manifest.js';
import type { Server } from './server.js';
import { withMaintenanceSession } from './with-session.js';

const FOLDER = '.copies';
const DUPLICATE_DATABASE = '42P04';
const noteSchema = z.object({ name: z.string(), systemIdentifier: z.string() });

/** Who makes a copy, and as whom what is in it is restored; undefined: as the session's user itself, a superuser. */
export interface Restorer {
  readonly creator: string;
  readonly owner: string | undefined;
}

/** A name that no database has: 64 random bits. */
export function newCopyName(database: string): string {
  return `${database}_proof_${randomBytes(8).toString('hex')}`;
}

/**
 * Finds out as whom a copy can be made.
 *
 * @throws BackupError when the session's user cannot make one
 */
export async function findRestorer(session: Session, { owner }: Manifest['properties']): Promise<Restorer> {
  const [found] = await session.query('backup/describe-restorer', [owner]);
  if (found?.superuser) return { creator: found.name, owner: undefined };
  if (found?.creator && found.canOwn) return { creator: found.creator, owner };
  throw new BackupError(
    `The role ${found?.name ?? ''} cannot restore: it may not make databases, or is no member of ${owner}. ` +
      'Run db/backup-role.sql as superuser, or set DB_USER to a superuser.',
  );
}

/**
 * Makes an empty database with what the backed up one was beside its contents. A note in `directory` lets a later
 * run remove it, should this one be killed.
 *
 * @throws BackupError when there is a database of that name: it is not touched
 */
export async function createCopy(
  session: Session,
  directory: string,
  name: string,
  { properties }: Pick<Manifest, 'properties'>,
  { creator, owner }: Restorer,
): Promise<void> {
  const [{ exists } = { exists: true }] = await session.query('server/database-exists', [name]);
  if (exists) throw new BackupError(`There is a database ${name} already: nothing is restored over it.`);
  const [server] = await session.query('backup/describe-server', []);
  const note = notePath(directory, name);
  await mkdir(path.dirname(note), { recursive: true, mode: 0o700 });
  await writeDurably(note, JSON.stringify({ name, systemIdentifier: server?.systemIdentifier }));
  const [create, ...settle] = await session.query('copies/compose-creation', [
    name,
    properties.encoding,
    properties.localeProvider,
    properties.collation,
    properties.characterType,
    properties.icuLocale,
    properties.owner,
    properties.connectionLimit,
    properties.rights,
    properties.settings,
  ]);
  try {
    await asRole(session, creator, () => session.script(create?.statement ?? ''));
  } catch (error) {
    // Somebody else's since it was looked for: not one to be removed by its note.
    if (errorCodeOf(error) === DUPLICATE_DATABASE) await rm(note, { force: true });
    throw error;
  }
  await asRole(session, owner ?? creator, async () => {
    for (const { statement } of settle) await session.script(statement);
  });
}

/** Removes a copy, whoever is connected to it, and then its note. Without a note it is none, and stays. */
export async function removeCopy(session: Session, directory: string, name: string): Promise<void> {
  if (!existsSync(notePath(directory, name))) return;
  await session.query('copies/end-sessions', [name]);
  const [removal] = await session.query('copies/compose-removal', [name]);
  if (removal) {
    const [restorer] = await session.query('backup/describe-restorer', [removal.owner]);
    const role = restorer?.superuser ? restorer.name : removal.owner;
    await asRole(session, role, () => session.script(removal.statement));
  }
  await rm(notePath(directory, name), { force: true });
}

/**
 * Removes the copies that killed runs left on the server: those that `directory` has notes of, and no others. Only
 * under the lock of `directory`, or a run that is alive loses its copy.
 *
 * @returns their names
 */
export async function removeLeftCopies(server: Server, directory: string, signal: AbortSignal): Promise<string[]> {
  const notes = await readNotes(directory);
  if (notes.length === 0) return [];
  return withMaintenanceSession(server, signal, async (session) => {
    const [here] = await session.query('backup/describe-server', []);
    const left = notes.filter(({ systemIdentifier }) => systemIdentifier === here?.systemIdentifier);
    for (const { name } of left) await removeCopy(session, directory, name);
    return left.map(({ name }) => name);
  });
}

/** Runs `work` with the rights of a role that the session's user may become. */
async function asRole(session: Session, role: string, work: () => Promise<void>): Promise<void> {
  await session.query('server/set-setting', ['role', role]);
  try {
    await work();
  } finally {
    await session.query('server/set-setting', ['role', 'none']);
  }
}

function notePath(directory: string, name: string): string {
  return path.join(directory, FOLDER, `${name}.json`);
}

async function readNotes(directory: string): Promise<z.infer<typeof noteSchema>[]> {
  const folder = path.join(directory, FOLDER);
  const files = await readdir(folder).catch(() => []);
  const notes: z.infer<typeof noteSchema>[] = [];
  for (const file of files.filter((each) => each.endsWith('.json'))) {
    notes.push(noteSchema.parse(JSON.parse(await readFile(path.join(folder, file), 'utf8'))));
  }
  return notes;
}
