// `npm run -s lint:sql`: holds everything below db/ against scripts/sql-lint/rules.mjs. Exits 1 when something is found.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap/checkout.mjs';
import { findSqlProblems } from './sql-lint/rules.mjs';

/** Made by pg_dump, with commands of psql. */
const GENERATED = 'schema.sql';

const folder = path.join(ROOT, 'db');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.sql') && file !== GENERATED)
  .sort();
for (const file of files) {
  const statement = file.startsWith(`queries${path.sep}`);
  for (const problem of await findSqlProblems(readFileSync(path.join(folder, file), 'utf8'), { statement })) {
    console.error(`db/${file} ${problem}`);
    process.exitCode = 1;
  }
}
