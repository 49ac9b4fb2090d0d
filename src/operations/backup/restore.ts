import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeDurably } from '../../durable-file.js';
import { listArchive, type ArchiveEntry } from './archive.js';
import { runClientProgram } from './client-program.js';
import type { ClientTools } from './client-tools.js';
import type { Restorer } from './copies.js';
import type { Server } from './server.js';
import { withSession } from './with-session.js';

export interface Restoring {
  readonly server: Server;
  readonly tools: ClientTools;
  readonly archive: string;
  /** An empty database. */
  readonly database: string;
  readonly restorer: Restorer;
  /** Connections that restore at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onStart?: ((pid: number) => void) | undefined;
}

/**
 * Restores an archive into an empty database and brings its statistics up to date, which a dump does not have.
 *
 * @returns what was left out, since its owner is not the role that restores: only a superuser restores everything
 * @throws BackupError at the first statement that fails
 */
export async function restoreArchive(restoring: Restoring): Promise<ArchiveEntry[]> {
  const { server, tools, archive, database, restorer, jobs, signal, onStart } = restoring;
  const { owner } = restorer;
  const entries = owner === undefined ? [] : await listArchive(tools, archive, signal);
  const foreign = entries.filter((entry) => entry.owner !== owner);
  const list = foreign.length > 0 ? path.join(path.dirname(archive), `.${database}.list`) : undefined;
  const args = [
    ...['--exit-on-error', '--no-password', `--dbname=${database}`, `--jobs=${jobs}`],
    ...(list === undefined ? [] : [`--use-list=${list}`]),
    ...(owner === undefined ? [] : [`--role=${owner}`]),
  ];
  try {
    const kept = entries.filter((entry) => entry.owner === owner).map(({ line }) => `${line}\n`);
    if (list !== undefined) await writeDurably(list, kept.join(''));
    await runClientProgram(tools.pgRestore, [...args, archive], { environment: server.environment, signal, onStart });
  } finally {
    if (list !== undefined) await rm(list, { force: true });
  }
  await withSession(server, database, signal, async (session) => {
    if (owner !== undefined) await session.query('server/set-setting', ['role', owner]);
    await session.query('copies/analyze', []);
  });
  return foreign;
}
