import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * One PostgreSQL server per run, of its own, in the temporary folder; and in it a migrated template that
 * every test file clones. Works on what `npm run build` compiled: jest does not transform this file.
 */
export default async function setUp() {
  const { ensureEmbeddedPostgres } = await import('../../dist/database/embedded/index.js');
  const { provisionDatabase, DATABASE_NAME } = await import('../../dist/database/provision.js');
  const { migrateUp } = await import('../../dist/database/migrator.js');

  const dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-test-'));
  await chmod(dataDir, 0o711); // the server runs as another user than root
  const server = await ensureEmbeddedPostgres({ dataDir });
  globalThis.testPostgres = { server, dataDir };
  await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
  await migrateUp({ directUrl: server.roleUrl('docling_migration', DATABASE_NAME) });
  process.env.TEST_SUPERUSER_URL = server.superuserUrl('postgres');
  process.env.TEST_ROLE_PASSWORDS = JSON.stringify(server.passwords);
}
