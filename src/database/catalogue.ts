import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { STATEMENT_NAMES, type StatementName } from './statements.js';

/** The folder `db/`, seen from `src/database` and from `dist/database` alike. */
export const DB_DIRECTORY = fileURLToPath(new URL('../../db/', import.meta.url));

export interface CatalogueEntry {
  readonly name: StatementName;
  /** What is sent: the statement behind its name, so that the server's own views tell which it is. */
  readonly text: string;
  /**
   * Name as a prepared statement: carries a hash of the text, so that two releases never share one.
   * Undefined where the best plan depends on the values: its file says `-- prepared: no`.
   */
  readonly preparedName: string | undefined;
  /** Whether sending it twice has the effect of sending it once: its file says `-- repeatable: yes`. */
  readonly repeatable: boolean;
}

export type Catalogue = Readonly<Record<StatementName, CatalogueEntry>>;

/**
 * Loads every file of `db/queries`.
 *
 * @throws Error when a file is missing, or is there without being known to the generated types.
 */
export function loadCatalogue(directory = path.join(DB_DIRECTORY, 'queries')): Catalogue {
  const found = listStatementFiles(directory);
  const known = new Set<string>(STATEMENT_NAMES);
  const missing = [...known].filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !known.has(name));
  if (missing.length > 0 || unknown.length > 0) {
    throw new Error(
      `db/queries does not fit src/database/statements.ts (run npm run generate); missing: ${missing.join(', ') || 'none'}; unknown: ${unknown.join(', ') || 'none'}`,
    );
  }
  const entries = STATEMENT_NAMES.map((name) => {
    const source = readFileSync(path.join(directory, `${name}.sql`), 'utf8');
    return [name, toEntry(name, source)] as const;
  });
  return Object.fromEntries(entries) as Record<StatementName, CatalogueEntry>;
}

/** Names of all statements below `directory`: paths without `.sql`, sorted. */
export function listStatementFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length).replaceAll(path.sep, '/'))
    .sort();
}

function toEntry(name: StatementName, source: string): CatalogueEntry {
  const body = source.replace(/^(--.*\n)+/, '').trim();
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 8);
  return {
    name,
    text: `/* ${name} */ ${body}`,
    preparedName: /^-- prepared: no\b/m.test(source) ? undefined : `${name}-${hash}`,
    repeatable: /^-- repeatable: yes\b/m.test(source),
  };
}
