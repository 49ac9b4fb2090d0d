import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import path from 'node:path';
import type { ScratchServer } from './scratch-server.js';

/** Entries of a dump that the scratch database has, or that only a superuser may restore. */
const NOT_RESTORED = / (SCHEMA - public|COMMENT - SCHEMA public|EXTENSION - .*|COMMENT - EXTENSION .*)( |$)/;

/**
 * Copies the service's schema of a database, with its rows, into a scratch server: by `pg_dump`, which reads one moment
 * and changes nothing, and `pg_restore`, both from the PATH. Rights are left out; the migrator gives them.
 *
 * @param from connection string of who may read all tables
 * @throws Error with what the program said
 */
export async function copyDatabase(from: string, { url, folder }: ScratchServer, signal: AbortSignal): Promise<void> {
  const dump = path.join(folder, 'copy.dump');
  const list = path.join(folder, 'copy.list');
  const portable = ['--no-owner', '--no-privileges'];
  await run('pg_dump', [...portable, '--schema=public', '-Fc', '-Z1', `--file=${dump}`], from, signal);
  await run('pg_restore', ['--list', `--file=${list}`, dump], undefined, signal);
  const entries = (await readFile(list, 'utf8')).split('\n').filter((entry) => !NOT_RESTORED.test(entry));
  await writeFile(list, entries.join('\n'));
  const restore = [...portable, '--exit-on-error', '-j2', `--use-list=${list}`];
  await run('pg_restore', [...restore, dump], url, signal);
}

/** Runs a client program of PostgreSQL against `url`, whose password is in no list of processes. */
async function run(program: string, args: string[], url: string | undefined, signal: AbortSignal): Promise<void> {
  const connection = url === undefined ? undefined : new URL(url);
  const password = decodeURIComponent(connection?.password ?? '');
  if (connection) connection.password = '';
  const target = connection ? `--dbname=${connection.href}` : undefined;
  const child = spawn(program, [...(target === undefined ? [] : [target]), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...(password !== '' && { PGPASSWORD: password }) },
    signal,
  });
  const [errors, [code]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]).catch((error: unknown) => {
    throw explainMissing(program, error);
  });
  if (code !== 0) throw new Error(`${program} failed: ${errors.trim() || `it ended with ${code ?? 'a signal'}`}`);
}

function explainMissing(program: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  return new Error(`${program} is not on the PATH: install Debian's postgresql-client-15, or leave out --copy.`);
}
