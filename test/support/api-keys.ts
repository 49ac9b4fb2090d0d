import { makeApiKey } from '../../src/clients/api-key.js';
import type { TestDatabase } from './test-database.js';

/** A key of a client, which is made if it is new; `values` are columns, as SQL. Answers the key's text. */
export async function insertApiKey(
  db: TestDatabase,
  clientId: string,
  values: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { secret, prefix, hash } = makeApiKey();
  const columns = ['', ...Object.keys(values)].join(', ');
  const expressions = ['', ...Object.values(values)].join(', ');
  await db.rows('INSERT INTO clients (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [clientId]);
  await db.rows(`INSERT INTO api_keys (client_id, key_prefix, key_hash${columns}) VALUES ($1, $2, $3${expressions})`, [
    clientId,
    prefix,
    hash,
  ]);
  return secret;
}
