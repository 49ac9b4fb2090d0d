import { Session } from '../../src/database/session.js';
import { compareContents } from '../../src/operations/contents/compare-contents.js';
import { readContents } from '../../src/operations/contents/read-contents.js';
import { insertJob } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('comparing contents', () => {
  let database: TestDatabase;
  let session: Session;
  beforeEach(async () => {
    database = await createTestDatabase();
    session = await Session.open(database.superuserUrl, 'test');
    for (const name of ['one', 'two', 'three']) await insertJob(database, 'COMPLETE', { file_name: name });
  });
  afterEach(async () => {
    await session.close();
    await database.drop();
  });

  const read = () => session.transaction(() => readContents(session), 'transactions/begin-snapshot');
  const differencesAfter = async (...changes: string[]) => {
    const before = await read();
    for (const change of changes) await database.rows(change);
    return compareContents(before, await read());
  };

  test('when nothing was changed, then nothing differs, and every row was counted', async () => {
    expect(await differencesAfter()).toEqual([]);
    expect((await read()).tables).toContainEqual(expect.objectContaining({ name: 'public.results', rows: 9 }));
  });

  test('when rows only move to another place, then nothing differs', async () => {
    expect(await differencesAfter('CLUSTER jobs USING jobs_created_idx', 'VACUUM FULL results')).toEqual([]);
  });

  test.each([
    ["UPDATE jobs SET session_id = 'other' WHERE file_name = 'two'", ['public.jobs has 3 rows, but not the same ones']],
    [
      "UPDATE results SET content = content || ' ' WHERE format_type = 'html'",
      ['public.results has 9 rows, but not the same ones'],
    ],
    ["DELETE FROM results WHERE format_type = 'html'", ['public.results has 6 rows, not 9']],
    ['CREATE TABLE strange (id int)', ['public.strange is extra']],
    ['DROP TABLE idempotency_keys', ['public.idempotency_keys is missing']],
  ])('when %s, then that is what differs', async (change, differences) => {
    expect(await differencesAfter('ALTER TABLE jobs DISABLE TRIGGER USER', change)).toEqual(differences);
  });

  test('when a sequence is behind, then it differs; when it is ahead, then not', async () => {
    const late = await read();
    await database.rows("SELECT nextval('job_announcements')");
    const now = await read();
    const { value } = now.sequences[0]!;

    expect(compareContents(now, late)).toEqual([`public.job_announcements is at ${value - 1}, before ${value}`]);
    expect(compareContents(late, now)).toEqual([]);
  });

  test('when two sessions write times in other ways, then the hashes are the same', async () => {
    const before = await read();
    await session.script("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET extra_float_digits = -5");

    expect(compareContents(before, await read())).toEqual([]);
  });
});
