/** @direct reads the catalogue, as a superuser */
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

describe('the schema', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('when every table, column, index, function, trigger and type is looked at, then each has a comment', async () => {
    const bare = await database.rows<{ name: string }>(`
      SELECT c.relname AS name FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i') AND obj_description(c.oid) IS NULL
      UNION ALL SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND col_description(c.oid, a.attnum) IS NULL
      UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND obj_description(oid) IS NULL
      UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND obj_description(oid) IS NULL
      UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' AND obj_description(oid) IS NULL`);

    expect(bare).toEqual([]);
  });

  test('when every foreign key is looked at, then an index serves it', async () => {
    const unserved = await database.rows<{ name: string }>(`
      SELECT conname AS name FROM pg_constraint f
      WHERE contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indkey[0] = f.conkey[1] AND i.indpred IS NULL)`);

    expect(unserved).toEqual([]);
  });

  test('when PUBLIC is looked at, then it may do nothing', async () => {
    const rights = await database.rows<{ object: string }>(`
      SELECT relname AS object FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0
      UNION ALL SELECT proname FROM pg_proc p, aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a
      WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = 0
      UNION ALL SELECT nspname FROM pg_namespace n, aclexplode(n.nspacl) a WHERE nspname = 'public' AND a.grantee = 0
      UNION ALL SELECT datname FROM pg_database d, aclexplode(d.datacl) a WHERE datname = current_database() AND a.grantee = 0`);

    expect(rights).toEqual([]);
  });

  test('when a job has only what it needs, then it may be in any status with any times', async () => {
    const { status, max_retries } = await database.row<{ status: string; max_retries: number }>(
      `INSERT INTO jobs (id, client_id, session_id, input_type) VALUES (gen_random_uuid(), 'local', 's', 'URL') RETURNING *`,
    );
    const imported = await database.row<{ status: string; completed_at: Date }>(
      `INSERT INTO jobs (id, client_id, session_id, input_type, status, created_at, completed_at)
       VALUES (gen_random_uuid(), 'local', 's', 'FILE', 'COMPLETE', '2001-01-01', '2000-01-01') RETURNING *`,
    );

    expect({ status, max_retries }).toEqual({ status: 'PENDING', max_retries: 3 });
    expect(imported.status).toBe('COMPLETE');
  });

  test.each([
    ['progress beyond 100', `UPDATE jobs SET progress_percent = 101`],
    ['a negative size', `UPDATE jobs SET file_size = -1`],
    ['an empty session', `UPDATE jobs SET session_id = ''`],
    ['another input type', `UPDATE jobs SET input_type = 'FAX'`],
    ['a time limit of nothing', `UPDATE jobs SET timeout_ms = 0`],
    [
      'a result in another format',
      `INSERT INTO results (job_id, format_type, content, size_bytes) SELECT id, 'pdf', '', 0 FROM jobs`,
    ],
    [
      'two results of one format',
      `INSERT INTO results (job_id, format_type, content, size_bytes) SELECT id, f, '', 0 FROM jobs, unnest(ARRAY['html', 'html']) f`,
    ],
    ['a job of no client', `UPDATE jobs SET client_id = 'nobody'`],
  ])('when a row would hold %s, then the database refuses it', async (_, statement) => {
    await expect(database.rows(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
  });
});
