import path from 'node:path';
import type { Server } from './site.js';
import { writePrivateFile } from './private-file.js';

/**
 * Writes the file from which psql and other programs on libpq read the superuser's password
 * (https://www.postgresql.org/docs/15/libpq-pgpass.html), so that none stands on their command lines.
 *
 * @returns its absolute path
 */
export async function writePasswordFile({ site, state }: Server): Promise<string> {
  const file = path.join(site.directory, 'pgpass');
  // For any port, which may be another the next time. The password has no character that needs escaping.
  await writePrivateFile(file, `127.0.0.1:*:*:postgres:${state.passwords.postgres}\n`);
  return file;
}
