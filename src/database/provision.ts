import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { DB_DIRECTORY, loadCatalogue } from './catalogue.js';
import { hashPassword } from './scram.js';

/** The service's database, wherever the service makes it itself. */
export const DATABASE_NAME = 'docling_db';

export interface ProvisionOptions {
  /** Connection string of a superuser for the database of that name. */
  readonly superuserUrl: (database: string) => string;
  /** Passwords by role. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** Makes the service's database and its roles on a server of its own. Safe to repeat. */
export async function provisionDatabase({ superuserUrl, passwords }: ProvisionOptions): Promise<void> {
  const catalogue = loadCatalogue();
  await withClient(superuserUrl('postgres'), async (client) => {
    await client.query(await readScript('close-databases.sql'));
    const { rows } = await client.query<{ exists: boolean }>(catalogue['server/database-exists'].text, [DATABASE_NAME]);
    if (!rows[0]?.exists) await client.query(await readScript('create-database.sql'));
  });
  await withClient(superuserUrl(DATABASE_NAME), async (client) => {
    for (const [role, password] of Object.entries(passwords)) {
      await client.query(catalogue['server/set-setting'].text, [`docling.${role}_password`, hashPassword(password)]);
    }
    await client.query(await readScript('roles.sql'));
  });
}

function readScript(name: string): Promise<string> {
  return readFile(path.join(DB_DIRECTORY, name), 'utf8');
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  client.on('error', () => undefined); // the statement under way rejects with the same error
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
