import { BackupError } from './backup-error.js';
import { runClientProgram } from './client-program.js';
import type { ClientTools } from './client-tools.js';

/** An entry of an archive's table of contents, as `pg_restore --list` prints it. */
export interface ArchiveEntry {
  /** The whole line, as `pg_restore --use-list` takes it. */
  readonly line: string;
  /** Empty for what nobody owns, such as an extension. */
  readonly owner: string;
}

/**
 * The table of contents of an archive.
 *
 * @throws BackupError when it cannot be read, or holds no data
 */
export async function listArchive(tools: ClientTools, archive: string, signal: AbortSignal): Promise<ArchiveEntry[]> {
  const text = await runClientProgram(tools.pgRestore, ['--list', archive], { environment: {}, signal });
  const lines = text.split('\n').filter((line) => /^\d+;/.test(line));
  if (!lines.some((line) => line.includes(' TABLE DATA ')))
    throw new BackupError(`${archive} holds the data of no table.`);
  return lines.map((line) => ({ line, owner: line.slice(line.lastIndexOf(' ') + 1) }));
}

/**
 * Reads an archive to its end, and decompresses all that is in it, as a restore does.
 *
 * @throws BackupError when any of it cannot be read
 */
export async function readArchive(tools: ClientTools, archive: string, signal: AbortSignal): Promise<void> {
  await runClientProgram(tools.pgRestore, ['--file=/dev/null', archive], { environment: {}, signal });
}
