/** @direct reads the catalogue, and is each role in turn */
import pg from 'pg';
import { migrateUp } from '../../../src/database/migrator.js';
import { provisionDatabase } from '../../../src/database/provision.js';
import {
  createTestDatabase,
  roleUrl,
  rolePasswords,
  superuserUrl,
  type TestDatabase,
} from '../../support/test-database.js';

/** Every right that the application has on a table; whoever adds a table or a right adds it here. */
const RIGHTS_OF_APP = {
  api_keys: 'SELECT, UPDATE (last_used_at)',
  clients: 'SELECT',
  idempotency_keys: 'DELETE, INSERT, SELECT, UPDATE (claim_id, created_at, expires_at, job_id, request_hash)',
  job_announcements: '',
  job_count_deltas: 'SELECT',
  job_events: 'SELECT',
  job_leases: 'INSERT, SELECT, UPDATE (expires_at, fencing_token, worker_id)',
  job_status_transitions: 'SELECT',
  jobs:
    'DELETE, INSERT, SELECT, UPDATE (checkpoint_data, current_stage, error_code, error_details, error_message, ' +
    'fencing_token, file_mime, file_name, file_size, mcp_tool_name, next_attempt_at, progress_percent, retry_count, status)',
  results: 'INSERT, SELECT',
  schema_migrations: 'SELECT',
};
const NO_RIGHTS = Object.fromEntries(Object.keys(RIGHTS_OF_APP).map((table) => [table, '']));

/** What a role may do to every table, by whatever way it came to it: its own grants, PUBLIC's, or another role's. */
const TABLE_RIGHTS = `
  WITH relations AS (
    SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  ), of_tables AS (
    SELECT oid, privilege FROM relations, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
    WHERE has_table_privilege($1, oid, privilege)
    UNION ALL SELECT oid, 'USAGE' FROM relations WHERE CASE relkind WHEN 'S' THEN has_sequence_privilege($1, oid, 'USAGE') END
  ), of_columns AS (
    SELECT r.oid, privilege || ' (' || string_agg(attname, ', ' ORDER BY attname) || ')' AS privilege
    FROM relations r JOIN pg_attribute a ON attrelid = r.oid AND attnum > 0 AND NOT attisdropped,
      unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) privilege
    WHERE has_column_privilege($1, r.oid, attnum, privilege) AND NOT has_table_privilege($1, r.oid, privilege)
    GROUP BY r.oid, privilege
  )
  SELECT relname AS name, COALESCE(string_agg(privilege, ', ' ORDER BY privilege), '') AS rights
  FROM relations LEFT JOIN (SELECT * FROM of_tables UNION ALL SELECT * FROM of_columns) rights USING (oid)
  GROUP BY relname`;

/** The same for what is no table: those that a role has any right to. */
const OTHER_RIGHTS = `
  SELECT 'function ' || proname || ' EXECUTE' AS right FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace AND has_function_privilege($1, oid, 'EXECUTE')
  UNION ALL SELECT 'type ' || typname || ' USAGE' FROM pg_type
  WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r') AND has_type_privilege($1, oid, 'USAGE')
  UNION ALL SELECT 'schema ' || nspname || ' ' || privilege FROM pg_namespace, unnest(ARRAY['USAGE', 'CREATE']) privilege
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege($1, oid, privilege)
  UNION ALL SELECT 'database ' || privilege FROM unnest(ARRAY['CONNECT', 'TEMPORARY', 'CREATE']) privilege
  WHERE has_database_privilege($1, current_database(), privilege)
  ORDER BY 1`;

const DENIED = '42501';
const READ_ONLY = '25006';

describe('the roles', () => {
  let db: TestDatabase;
  const sessions: pg.Client[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
    await db.rows(
      `INSERT INTO jobs (id, client_id, session_id, input_type) VALUES (gen_random_uuid(), 'local', 's', 'URL')`,
    );
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.end();
  });
  afterAll(() => db.drop());

  async function rightsOf(role: string): Promise<Record<string, string>> {
    const rows = await db.rows<{ name: string; rights: string }>(TABLE_RIGHTS, [role]);
    return Object.fromEntries(rows.map(({ name, rights }) => [name, rights]));
  }
  async function otherRightsOf(role: string): Promise<string[]> {
    return (await db.rows<{ right: string }>(OTHER_RIGHTS, [role])).map(({ right }) => right);
  }
  async function sessionOf(role: string): Promise<pg.Client> {
    const session = new pg.Client({ connectionString: roleUrl(role, db.name) });
    await session.connect();
    sessions.push(session);
    return session;
  }

  describe('as the catalogue has them', () => {
    test('when every table is looked at, then each role has just the rights that it needs', async () => {
      expect(await rightsOf('docling_app')).toEqual(RIGHTS_OF_APP);
      expect(await rightsOf('monitoring_user')).toEqual(NO_RIGHTS);
      expect(await rightsOf('public')).toEqual(NO_RIGHTS);
    });

    test('when functions, types, schemas and the database are looked at, then each has just what it needs there', async () => {
      expect(await otherRightsOf('docling_app')).toEqual([
        'database CONNECT',
        'function jobs_fold_counts EXECUTE',
        'schema public USAGE',
      ]);
      expect(await otherRightsOf('monitoring_user')).toEqual(['database CONNECT']);
      expect(await otherRightsOf('public')).toEqual([]);
    });

    test('when owners are looked at, then all is docling_migration’s', async () => {
      const owners = await db.rows<{ owner: string }>(
        `SELECT DISTINCT owner::regrole::text AS owner FROM (
           SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace
           UNION SELECT proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace
           UNION SELECT typowner FROM pg_type WHERE typnamespace = 'public'::regnamespace
           UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'public'
           UNION SELECT datdba FROM pg_database WHERE datname = current_database()) AS owners`,
      );

      expect(owners).toEqual([{ owner: 'docling_migration' }]);
    });

    test('when functions run with their owner’s rights, then none looks for its tables where a caller says', async () => {
      const careless = await db.rows(
        `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
         AND NOT COALESCE(proconfig @> ARRAY['search_path=pg_catalog, public, pg_temp'], false)`,
      );

      expect(careless).toEqual([]);
    });

    test('when the roles themselves are looked at, then their powers, memberships and limits are these', async () => {
      const roles = await db.rows(
        `SELECT rolname AS name, rolcanlogin AS login, rolconnlimit AS connections, setconfig AS settings,
           rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS powerful,
           ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid) AS "memberOf",
           rolpassword LIKE 'SCRAM-SHA-256$%' AS "hashedPassword"
         FROM pg_authid r LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid AND s.setdatabase = 0
         WHERE rolname ~ '^docling_|^monitoring_' ORDER BY rolname`,
      );

      const usual = { login: true, powerful: false, connections: -1, memberOf: [], hashedPassword: true };
      expect(roles).toEqual([
        {
          ...usual,
          name: 'docling_app',
          settings: ['statement_timeout=30s', 'lock_timeout=10s', 'idle_in_transaction_session_timeout=60s'],
        },
        {
          ...usual,
          name: 'docling_migration',
          settings: ['lock_timeout=30s', 'idle_in_transaction_session_timeout=60s'],
        },
        {
          ...usual,
          name: 'monitoring_user',
          connections: 5,
          memberOf: ['pg_monitor'],
          settings: [
            'statement_timeout=10s',
            'lock_timeout=2s',
            'idle_in_transaction_session_timeout=10s',
            'default_transaction_read_only=on',
          ],
        },
      ]);
    });
  });

  describe('as they find out', () => {
    test.each([
      ['CREATE TABLE mine ()'],
      ['CREATE TEMPORARY TABLE mine ()'],
      ['CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'],
      ['CREATE SCHEMA mine'],
      ['CREATE EXTENSION amcheck'],
      ['CREATE ROLE mine'],
      ['CREATE INDEX ON jobs (file_name)'],
      ['CREATE TRIGGER mine BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION jobs_guard_update()'],
      ['ALTER TABLE jobs DISABLE TRIGGER ALL'],
      ['ALTER TABLE jobs ADD COLUMN mine int'],
      ['DROP TABLE results'],
      ['TRUNCATE results'],
      ['SET session_replication_role = replica'],
      ['SET ROLE docling_migration'],
      [`INSERT INTO job_status_transitions VALUES ('COMPLETE', 'PENDING')`],
      ['DELETE FROM job_status_transitions'],
      [`UPDATE job_status_transitions SET to_status = 'PENDING'`],
      ['DELETE FROM job_events'],
      [`UPDATE job_events SET detail = NULL`],
      [`INSERT INTO job_events (job_id) SELECT id FROM jobs`],
      ['DELETE FROM api_keys'],
      ['UPDATE api_keys SET revoked_at = NULL'],
      [`UPDATE api_keys SET client_id = 'local'`],
      [`INSERT INTO api_keys (client_id) VALUES ('local')`],
      [`INSERT INTO clients (id) VALUES ('mine')`],
      ['DELETE FROM clients'],
      [`UPDATE jobs SET client_id = 'other'`],
      ['UPDATE jobs SET created_at = now()'],
      ['DELETE FROM schema_migrations'],
      ['SELECT rolpassword FROM pg_authid'],
      [`SELECT pg_read_file('/etc/passwd')`],
      [`COPY jobs TO PROGRAM 'cat'`],
    ])('when docling_app tries %s, then it may not', async (statement) => {
      const session = await sessionOf('docling_app');

      await expect(session.query(statement)).rejects.toMatchObject({ code: DENIED });
    });

    test('when docling_app notes the use of a key, then it may', async () => {
      const session = await sessionOf('docling_app');

      await expect(session.query('UPDATE api_keys SET last_used_at = now()')).resolves.toMatchObject({
        command: 'UPDATE',
      });
    });

    test.each([
      ['SELECT FROM public.jobs', DENIED],
      ['SELECT content FROM public.results', DENIED],
      ['SELECT key_hash FROM public.api_keys', DENIED],
      ['DELETE FROM public.jobs', DENIED],
      ['CREATE TEMPORARY TABLE mine ()', READ_ONLY],
      ['SET TRANSACTION READ WRITE; CREATE TEMPORARY TABLE mine ()', DENIED],
      ['SET TRANSACTION READ WRITE; CREATE TABLE public.mine ()', DENIED],
      ['SET ROLE docling_app', DENIED],
      ['SELECT rolpassword FROM pg_authid', DENIED],
    ])('when monitoring_user tries %s, then it may not', async (statement, code) => {
      const session = await sessionOf('monitoring_user');

      await expect(session.query(statement)).rejects.toMatchObject({ code });
    });

    test('when monitoring_user looks at the server, then it sees what others run, and has a time limit', async () => {
      const [app, monitor] = [await sessionOf('docling_app'), await sessionOf('monitoring_user')];
      await app.query(`SELECT 'seen'`);

      const { rows } = await monitor.query(
        `SELECT query, current_setting('statement_timeout') AS "limit" FROM pg_stat_activity
         WHERE usename = 'docling_app' AND query = $1`,
        [`SELECT 'seen'`],
      );

      expect(rows).toEqual([{ query: `SELECT 'seen'`, limit: '10s' }]);
    });

    test('when monitoring_user opens one connection too many, then it is refused and others are not', async () => {
      for (let opened = 0; opened < 5; opened += 1) await sessionOf('monitoring_user');

      await expect(sessionOf('monitoring_user')).rejects.toMatchObject({ code: '53300' });
      await sessionOf('docling_app');
    });

    test('when docling_migration is asked for more than the schema, then it may not', async () => {
      const session = await sessionOf('docling_migration');

      for (const statement of ['CREATE ROLE mine', 'CREATE DATABASE mine', `SELECT pg_read_file('/etc/passwd')`]) {
        await expect(session.query(statement)).rejects.toMatchObject({ code: DENIED });
      }
    });
  });

  describe('as they change', () => {
    const snapshot = async () => ({
      tables: await Promise.all(['docling_app', 'monitoring_user', 'public'].map(rightsOf)),
      others: await Promise.all(['docling_app', 'monitoring_user', 'public'].map(otherRightsOf)),
    });

    test('when a migration makes something new, then it is closed to all others, and the list above has to name it', async () => {
      const owner = await sessionOf('docling_migration');
      await owner.query(`
        CREATE TABLE invoices (id int GENERATED ALWAYS AS IDENTITY, number serial);
        CREATE VIEW open_invoices AS SELECT id FROM invoices;
        CREATE FUNCTION pay() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
        CREATE TYPE currency AS ENUM ('EUR');`);
      try {
        await migrateUp({ directUrl: db.migrationUrl });

        for (const role of ['docling_app', 'monitoring_user', 'public']) {
          expect(await rightsOf(role)).toMatchObject({ invoices: '', open_invoices: '', invoices_number_seq: '' });
          expect((await otherRightsOf(role)).filter((right) => /function|type/.test(right))).toEqual(
            role === 'docling_app' ? ['function jobs_fold_counts EXECUTE'] : [],
          );
        }
        expect(await rightsOf('docling_app')).not.toEqual(RIGHTS_OF_APP);
        const app = await sessionOf('docling_app');
        await expect(app.query('SELECT FROM invoices')).rejects.toMatchObject({ code: DENIED });
      } finally {
        await owner.query('DROP VIEW open_invoices; DROP TABLE invoices; DROP FUNCTION pay; DROP TYPE currency');
      }
    });

    test('when rights were given beside the file, then the next migrate up takes them back', async () => {
      const before = await snapshot();
      await db.rows(`
        SET ROLE docling_migration;
        GRANT ALL ON ALL TABLES IN SCHEMA public TO docling_app, PUBLIC;
        GRANT SELECT (content) ON results TO monitoring_user;
        GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;
        GRANT USAGE ON TYPE job_status TO PUBLIC;
        RESET ROLE`);
      expect(await snapshot()).not.toEqual(before);

      await migrateUp({ directUrl: db.migrationUrl });

      expect(await snapshot()).toEqual(before);
    });

    test('when everything is run again, then nothing changes', async () => {
      const before = await snapshot();

      await provisionDatabase({ superuserUrl, passwords: rolePasswords() });
      await migrateUp({ directUrl: db.migrationUrl });

      expect(await snapshot()).toEqual(before);
    });
  });
});
