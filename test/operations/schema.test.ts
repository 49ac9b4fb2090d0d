import { Session } from '../../src/database/session.js';
import {
  compareSchemas,
  describeDifference,
  type SchemaDifference,
} from '../../src/operations/schema/compare-schemas.js';
import { readSchema } from '../../src/operations/schema/read-schema.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const UNDO = new Error('undo');

describe('comparing schemas', () => {
  let database: TestDatabase;
  let session: Session;
  beforeAll(async () => {
    database = await createTestDatabase();
    session = await Session.open(database.superuserUrl, 'test');
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });

  /** What a change makes different; it is undone. */
  const differencesAfter = async (change: string): Promise<SchemaDifference[]> => {
    const before = await readSchema(session);
    let differences: SchemaDifference[] = [];
    const work = async () => {
      await session.script(change);
      differences = compareSchemas(before, await readSchema(session));
      throw UNDO;
    };
    await session.transaction(work).catch((error: unknown) => {
      if (error !== UNDO) throw error;
    });
    return differences;
  };

  test('when nothing was changed, then nothing differs', async () => {
    expect(await differencesAfter('SELECT 1')).toEqual([]);
  });

  test('when rights are given in another order, then nothing differs', async () => {
    const again = `REVOKE ALL ON results FROM docling_app;
                   GRANT INSERT ON results TO docling_app; GRANT SELECT ON results TO docling_app`;
    expect(await differencesAfter(again)).toEqual([]);
  });

  test.each([
    ['DROP INDEX jobs_history_idx', 'index public.jobs_history_idx is missing'],
    ['CREATE INDEX strange ON jobs (file_name)', 'index public.strange is extra'],
    ['ALTER TABLE jobs ADD COLUMN strange int', 'column public.jobs.strange is extra'],
    ['ALTER TABLE jobs ALTER COLUMN error_code TYPE varchar(20)', 'column public.jobs.error_code differs: definition'],
    ['ALTER TABLE jobs ALTER COLUMN max_retries SET DEFAULT 4', 'column public.jobs.max_retries differs: definition'],
    ['ALTER TABLE jobs ALTER COLUMN max_retries DROP NOT NULL', 'column public.jobs.max_retries differs: definition'],
    [
      'ALTER TABLE jobs DROP CONSTRAINT jobs_input_type_known',
      'constraint public.jobs.jobs_input_type_known is missing',
    ],
    ['DROP TRIGGER jobs_guard_update ON jobs', 'trigger public.jobs.jobs_guard_update is missing'],
    ['ALTER TABLE jobs DISABLE TRIGGER jobs_guard_update', 'trigger public.jobs.jobs_guard_update differs: definition'],
    ['ALTER TABLE jobs SET (fillfactor = 100)', 'table public.jobs differs: definition'],
    ['ALTER TABLE jobs OWNER TO docling_app', 'table public.jobs differs: owner'],
    ['GRANT UPDATE ON job_events TO docling_app', 'table public.job_events differs: rights'],
    ['GRANT UPDATE (session_id) ON jobs TO docling_app', 'column public.jobs.session_id differs: rights'],
    ['GRANT CREATE ON SCHEMA public TO PUBLIC', 'schema public differs: rights'],
    ['COMMENT ON COLUMN jobs.status IS NULL', 'column public.jobs.status differs: comment'],
    ["ALTER TYPE job_status RENAME VALUE 'FAILED' TO 'BROKEN'", 'type public.job_status differs: definition'],
    ['ALTER FUNCTION jobs_guard_update() SECURITY DEFINER', 'function public.jobs_guard_update() differs: definition'],
    ['CREATE VIEW strange AS SELECT 1', 'view public.strange is extra'],
    ['CREATE SEQUENCE strange', 'sequence public.strange is extra'],
    ['CREATE SCHEMA strange', 'schema strange is extra'],
  ])('when %s, then that is what differs', async (change, difference) => {
    const differences = await differencesAfter(change);

    expect(differences.map(describeDifference)).toContainEqual(expect.stringContaining(difference));
  });
});
