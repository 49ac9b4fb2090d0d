import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listStatementFiles } from '../../src/database/catalogue.js';
import { readMigrations } from '../../src/database/migration-files.js';
import { migrateDown, migrateUp } from '../../src/database/migrator.js';
import { describeStatements, type StatementContract } from './describe-statements.js';
import { ROOT } from './generated.js';
import { createTestDatabase } from './test-database.js';

const FILE = path.join(ROOT, 'db/previous/statements.json');

/** What the release before this one sends to the database. */
export interface PreviousRelease {
  /** The newest migration that it knows. */
  readonly migration: string;
  readonly statements: Readonly<Record<string, StatementContract & { readonly source: string }>>;
}

export function readPreviousRelease(): PreviousRelease {
  return JSON.parse(readFileSync(FILE, 'utf8')) as PreviousRelease;
}

/** Writes what `readPreviousRelease` reads, from the folder `db` of that release. */
export async function writePreviousRelease(folder: string): Promise<void> {
  const directory = path.join(folder, 'migrations');
  const migration = (await readMigrations(directory)).at(-1)!.name;
  const queries = path.join(folder, 'queries');
  const sources = Object.fromEntries(
    listStatementFiles(queries).map((name) => [name, readFileSync(path.join(queries, `${name}.sql`), 'utf8')]),
  );
  const database = await createTestDatabase();
  try {
    await migrateDown({ directUrl: database.migrationUrl }, 0);
    await migrateUp({ directUrl: database.migrationUrl, directory }, migration);
    const contracts = await describeStatements(database.sql, sources);
    const statements = Object.fromEntries(
      Object.entries(contracts).map(([name, contract]) => [name, { source: sources[name], ...contract }]),
    );
    writeFileSync(FILE, `${JSON.stringify({ migration, statements }, null, 1)}\n`);
  } finally {
    await database.drop();
  }
}
