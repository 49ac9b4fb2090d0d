import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DB_DIRECTORY } from './catalogue.js';

export interface MigrationFile {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of `up`. */
  readonly checksum: string;
}

const CONCURRENTLY =
  /^\s*(?:CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS|DROP\s+INDEX\s+CONCURRENTLY\s+IF\s+EXISTS)\s+(\w+)\b[^;]*;?\s*$/i;

/**
 * All migrations of a folder (the repository's own by default), in order.
 *
 * @throws Error when one has no way down, or asks for no transaction without being fit for it
 */
export async function readMigrations(
  directory = path.join(DB_DIRECTORY, 'migrations'),
): Promise<readonly MigrationFile[]> {
  const names = (await readdir(directory)).filter((file) => file.endsWith('.up.sql')).sort();
  return Promise.all(
    names.map(async (file) => {
      const name = file.slice(0, -'.up.sql'.length);
      const up = await readFile(path.join(directory, file), 'utf8');
      const down = await readFile(path.join(directory, `${name}.down.sql`), 'utf8');
      for (const text of [up, down]) concurrentIndex(name, text);
      return { name, up, down, checksum: createHash('sha256').update(up).digest('hex') };
    }),
  );
}

/**
 * The index that a file makes or drops without keeping writers waiting, which PostgreSQL does outside a transaction
 * only: the file says `-- transaction: none` at its top. Undefined for all others.
 *
 * @throws Error when the file holds anything else, since a crash half-way could then not be repeated
 */
export function concurrentIndex(name: string, sql: string): string | undefined {
  if (!headerValues(sql, 'transaction').includes('none')) return undefined;
  const [, index] = CONCURRENTLY.exec(sql.replace(/--.*/g, '')) ?? [];
  if (index !== undefined) return index;
  throw new Error(
    `Migration ${name} says "transaction: none", so it has to be one CREATE INDEX CONCURRENTLY IF NOT EXISTS or DROP INDEX CONCURRENTLY IF EXISTS and nothing else; put the rest into a migration of its own.`,
  );
}

/** What the comment at the top of a file says behind a label: `-- label: value`, one a line. */
export function headerValues(sql: string, label: string): string[] {
  const [header = ''] = /^(?:--.*\n?)*/.exec(sql) ?? [];
  return header
    .split('\n')
    .filter((line) => line.startsWith(`-- ${label}: `))
    .map((line) => line.slice(`-- ${label}: `.length).trim());
}
