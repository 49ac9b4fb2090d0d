import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { DB_DIRECTORY } from '../../src/database/catalogue.js';
import { BackupCluster } from '../support/backup-cluster.js';

const DENIED = '42501';

describe('the roles of backups', () => {
  let cluster: BackupCluster;
  let session: pg.Client;
  beforeAll(async () => {
    cluster = await BackupCluster.start();
  }, 60_000);
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    const { DB_PORT, PGPASSWORD } = cluster.environment('');
    session = new pg.Client({
      ...{ host: '127.0.0.1', port: Number(DB_PORT), user: 'docling_backup' },
      ...{ password: PGPASSWORD, database: 'docling_db' },
    });
    await session.connect();
  });
  afterEach(() => session.end());

  const roles = () =>
    cluster.sql(
      `SELECT rolname AS name, rolcanlogin AS login, rolinherit AS inherits, rolcreatedb AS "createsDatabases",
         rolconnlimit AS connections, rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls AS powerful,
         ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid ORDER BY 1) AS "memberOf",
         ARRAY(SELECT relname::text FROM pg_class, aclexplode(relacl) AS entry WHERE entry.grantee = r.oid) AS tables
       FROM pg_roles r WHERE rolname IN ('docling_backup', 'docling_restore') ORDER BY 1`,
    );
  const EXPECTED = [
    {
      ...{ name: 'docling_backup', login: true, inherits: true, createsDatabases: false, connections: 20 },
      ...{ powerful: false, memberOf: ['docling_restore', 'pg_read_all_data'], tables: [] },
    },
    {
      ...{ name: 'docling_restore', login: false, inherits: false, createsDatabases: true, connections: -1 },
      ...{ powerful: false, memberOf: ['docling_app', 'docling_migration'], tables: [] },
    },
  ];

  test('when they are looked at, then their powers and memberships are these, and running the file again keeps them', async () => {
    expect(await roles()).toEqual(EXPECTED);
    await cluster.sql(`GRANT pg_monitor, docling_migration TO docling_backup; GRANT pg_monitor TO docling_restore;
                       ALTER ROLE docling_backup CREATEDB CREATEROLE; GRANT ALL ON jobs TO docling_backup`);
    expect(await roles()).not.toEqual(EXPECTED);

    await cluster.sql(await readFile(path.join(DB_DIRECTORY, 'backup-role.sql'), 'utf8'));
    expect(await roles()).toEqual(EXPECTED);
  });

  test('when the role of backups reads, then it may read everything', async () => {
    // pg_authid as well, which nobody can leave out of pg_read_all_data: hashes of passwords, no passwords.
    for (const table of ['jobs', 'results', 'api_keys', 'schema_migrations', 'job_announcements', 'pg_authid']) {
      await expect(session.query(`SELECT FROM ${table} LIMIT 1`)).resolves.toBeDefined();
    }
  });

  test.each([
    ['DELETE FROM jobs'],
    ['UPDATE api_keys SET revoked_at = now()'],
    ['TRUNCATE results'],
    ['ALTER TABLE jobs DISABLE TRIGGER ALL'],
    ['CREATE TABLE mine ()'],
    ['CREATE DATABASE mine'],
    ['DROP DATABASE postgres'],
    ['CREATE ROLE mine'],
    ["SELECT nextval('job_announcements')"],
    ['SET ROLE postgres'],
    ["SELECT pg_read_file('/etc/passwd')"],
    ["COPY jobs TO PROGRAM 'cat'"],
  ])('when it tries %s unasked, then it may not', async (statement) => {
    await expect(session.query(statement)).rejects.toMatchObject({
      code: expect.stringMatching(/42501|42809/) as string,
    });
  });

  test('when it asks to, then it makes and removes a database, and owns as the schema’s owner does', async () => {
    await session.query('SET ROLE docling_restore');
    await session.query('CREATE DATABASE mine OWNER docling_migration');
    await expect(session.query('DELETE FROM public.jobs')).rejects.toMatchObject({ code: DENIED });
    await session.query('SET ROLE docling_migration');
    await session.query('DROP DATABASE mine');
  });
});
