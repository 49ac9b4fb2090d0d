/** @direct has a server of its own */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ensureEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/database/embedded/index.js';
import { migrateUp } from '../../../src/database/migrator.js';
import { DATABASE_NAME, provisionDatabase } from '../../../src/database/provision.js';

/** The embedded PostgreSQL, made from nothing as `npm start` makes it. */
describe('the roles of the embedded PostgreSQL', () => {
  let dataDir: string;
  let server: EmbeddedPostgres;
  const commandLines: string[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-roles-'));
    await chmod(dataDir, 0o711); // the server runs as another user than root
    const watch = setInterval(() => void listProcesses(), 50);
    server = await ensureEmbeddedPostgres({ dataDir });
    await bringUpRoles();
    clearInterval(watch);
    await listProcesses();
  }, 120_000);
  afterAll(async () => {
    await server.release();
    await rm(dataDir, { recursive: true, force: true });
  });

  const listProcesses = async () => {
    commandLines.push((await promisify(execFile)('ps', ['-eww', '-o', 'args='])).stdout);
  };
  const bringUpRoles = async () => {
    await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
    await migrateUp({ directUrl: server.roleUrl('docling_migration', DATABASE_NAME) });
  };
  async function ask<T extends pg.QueryResultRow>(connectionString: string, ...statements: string[]): Promise<T[]> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      let rows: T[] = [];
      for (const statement of statements) ({ rows } = await client.query<T>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }
  const asSuperuser = <T extends pg.QueryResultRow>(...statements: string[]) =>
    ask<T>(server.superuserUrl(DATABASE_NAME), ...statements);
  const secrets = () => [...Object.values(server.passwords), new URL(server.superuserUrl('postgres')).password];

  test('when a role logs in, then it is that role, and to the service’s database only', async () => {
    for (const role of ['docling_app', 'docling_migration', 'monitoring_user'] as const) {
      expect(await ask(server.roleUrl(role, DATABASE_NAME), 'SELECT current_user AS role')).toEqual([{ role }]);
      for (const other of ['postgres', 'template1']) {
        await expect(ask(server.roleUrl(role, other), 'SELECT')).rejects.toMatchObject({ code: '42501' });
      }
    }
  });

  test('when a role shows no password or another, then it is refused', async () => {
    const wrong = new URL(server.roleUrl('docling_app', DATABASE_NAME));
    wrong.password = server.passwords.docling_migration;

    await expect(ask(wrong.href, 'SELECT')).rejects.toMatchObject({ code: '28P01' });
    wrong.password = '';
    await expect(ask(wrong.href, 'SELECT')).rejects.toThrow(/password/);
  });

  test('when a role was given more than it should have, then the next start takes it back', async () => {
    await asSuperuser(
      'GRANT pg_read_all_data TO docling_app',
      'GRANT docling_migration TO docling_app, monitoring_user',
      'ALTER ROLE docling_app SUPERUSER CREATEDB',
      `GRANT ALL ON DATABASE ${DATABASE_NAME} TO docling_app`,
      'GRANT ALL ON SCHEMA public TO docling_app, PUBLIC',
    );

    await bringUpRoles();

    expect(
      await asSuperuser(
        `SELECT member::regrole::text AS member, roleid::regrole::text AS of FROM pg_auth_members
         WHERE member::regrole::text !~ '^pg_'`,
      ),
    ).toEqual([{ member: 'monitoring_user', of: 'pg_monitor' }]);
    expect(
      await asSuperuser(
        `SELECT rolsuper, rolcreatedb, has_schema_privilege('docling_app', 'public', 'CREATE') AS create,
           has_schema_privilege('public', 'public', 'USAGE') AS everyone,
           has_database_privilege('docling_app', current_database(), 'TEMPORARY') AS temporary
         FROM pg_roles WHERE rolname = 'docling_app'`,
      ),
    ).toEqual([{ rolsuper: false, rolcreatedb: false, create: false, everyone: false, temporary: false }]);
  });

  test('when the server logs all that it is sent, and a provisioning fails, then no password is written anywhere', async () => {
    await asSuperuser(
      `ALTER SYSTEM SET log_statement = 'all'`,
      `ALTER SYSTEM SET log_min_duration_statement = 0`,
      `ALTER SYSTEM SET log_error_verbosity = 'verbose'`,
      'SELECT pg_reload_conf()',
    );
    await bringUpRoles();
    const owner = (database: string) => server.roleUrl('docling_migration', database);
    const failure = await provisionDatabase({ superuserUrl: owner, passwords: server.passwords }).catch(
      (error: unknown) => JSON.stringify(error, Object.getOwnPropertyNames(error)),
    );
    await asSuperuser('CHECKPOINT');

    const files = await filesBelow(dataDir);
    const contents = await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'latin1') })));
    expect(contents.some(({ text }) => text.includes('ALTER DATABASE %I OWNER TO docling_migration'))).toBe(true);
    const leaky = contents.filter(({ text }) => secrets().some((secret) => text.includes(secret)));
    expect(leaky.map(({ file }) => path.relative(dataDir, file))).toEqual(['postgres/state.json']);
    expect((await stat(leaky[0]!.file)).mode & 0o077).toBe(0);
    expect(secrets().filter((secret) => String(failure).includes(secret))).toEqual([]);
  });

  test('when it is brought up from nothing, then no list of processes shows a password', () => {
    const all = commandLines.join('\n');

    expect(all).toContain('postgres -D ');
    expect(secrets().filter((secret) => all.includes(secret))).toEqual([]);
  });

  async function filesBelow(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  }
});
