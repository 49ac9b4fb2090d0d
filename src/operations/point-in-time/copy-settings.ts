import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from './cluster.js';

/**
 * What holds for a copy whatever postgresql.auto.conf brings along: it must not archive, or it forks the archive of the
 * server, and must not ask for the memory of a bigger host.
 */
export const COPY_SETTINGS = { archive_mode: 'off', shared_buffers: '128MB', ssl: 'off' } as const;

/** A copy refuses connections while it replays, unless these are at least what the server had. */
const AT_LEAST = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_xacts',
  'max_locks_per_xact',
] as const;
const NAMES: Readonly<Partial<Record<(typeof AT_LEAST)[number], string>>> = {
  max_prepared_xacts: 'max_prepared_transactions',
  max_locks_per_xact: 'max_locks_per_transaction',
};
const CONTROL_MS = 30_000;

/**
 * Gives a restored data directory settings of its own, over those that came along, if any: on Debian the server's lie in
 * /etc, and are in no backup. Whoever can enter the directory of its socket may be anybody in it.
 */
export async function writeCopySettings(cluster: Cluster): Promise<void> {
  const { directory } = cluster.options;
  const control = await cluster.run('pg_controldata', ['-D', directory], CONTROL_MS);
  const lines = AT_LEAST.flatMap((name) => {
    const value = new RegExp(`^${name} setting:\\s+(\\d+)$`, 'm').exec(control)?.[1];
    return value === undefined ? [] : [`${NAMES[name] ?? name} = ${value}\n`];
  });
  await writeFile(path.join(directory, 'postgresql.conf'), lines.join(''), { mode: 0o644 });
  await writeFile(path.join(directory, 'pg_hba.conf'), 'local all all trust\n', { mode: 0o644 });
  await writeFile(path.join(directory, 'pg_ident.conf'), '', { mode: 0o644 });
}
