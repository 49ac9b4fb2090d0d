import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { BackupError } from './backup-error.js';
import { runClientProgram } from './client-program.js';

/** PostgreSQL's own programs, of the server's major version. */
export interface ClientTools {
  readonly pgDump: string;
  readonly pgRestore: string;
  /** Such as `15.20`. */
  readonly version: string;
}

const DEBIAN_FOLDER = '/usr/lib/postgresql';

export interface ClientToolsOptions {
  readonly signal: AbortSignal;
  /** Where programs are looked for first. */
  readonly path?: string;
  /** Where Debian keeps them, one folder for each major version. */
  readonly versionsFolder?: string;
}

/**
 * Finds `pg_dump` and `pg_restore` of the server's major version, on the PATH or where Debian keeps them. An
 * older `pg_dump` refuses the server, and what a newer one writes may set what the server does not know.
 *
 * @throws BackupError that names what was found, and what to install
 */
export async function findClientTools(
  major: number,
  { signal, path: folders = process.env['PATH'] ?? '', versionsFolder = DEBIAN_FOLDER }: ClientToolsOptions,
): Promise<ClientTools> {
  const found: string[] = [];
  for (const folder of [...folders.split(path.delimiter).filter(Boolean), ...versionFolders(versionsFolder)]) {
    const [pgDump, pgRestore] = [path.join(folder, 'pg_dump'), path.join(folder, 'pg_restore')];
    if (!existsSync(pgDump) || !existsSync(pgRestore)) continue;
    const versions = [await versionOf(pgDump, signal), await versionOf(pgRestore, signal)];
    const [version = ''] = versions;
    if (versions.every((each) => each.startsWith(`${major}.`))) return { pgDump, pgRestore, version };
    found.push(`${folder} (${[...new Set(versions)].join(' and ')})`);
  }
  throw new BackupError(
    `The server is PostgreSQL ${major}, and pg_dump and pg_restore of version ${major} are not here; found: ` +
      `${found.join(', ') || 'none'}. Install them (Debian: apt-get install postgresql-client-${major}), or put their folder on the PATH.`,
  );
}

function versionFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((version) => path.join(folder, version, 'bin'));
}

/** `pg_dump (PostgreSQL) 15.20 (Debian …)`; one that does not run has none. */
async function versionOf(program: string, signal: AbortSignal): Promise<string> {
  const text = await runClientProgram(program, ['--version'], { environment: {}, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    return String(error);
  });
  return /^\w+ \(PostgreSQL\) (\d+\.\d+)/.exec(text)?.[1] ?? 'unknown version';
}
