/** @needs pg_dump */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addLiveRows } from '../../perf/fill/run.mjs';
import { migrateDown } from '../../src/database/migrator.js';
import { copyDatabase } from '../../src/operations/migrate-drill/copy-database.js';
import { readReference } from '../../src/operations/migrate-drill/reference.js';
import { walkMigrations } from '../../src/operations/migrate-drill/walk.js';
import { insertJob } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the copy that migrations are drilled on', () => {
  let databases: TestDatabase[];
  let folder: string;
  beforeEach(async () => {
    databases = [await createTestDatabase(), await createTestDatabase(), await createTestDatabase()];
    folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-copy-'));
  });
  afterEach(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true });
  });
  const signal = AbortSignal.timeout(60_000);
  const empty = async (database: TestDatabase) => {
    await migrateDown({ directUrl: database.migrationUrl }, 0);
    await database.rows('DROP TABLE schema_migrations');
  };

  test('when a database is copied, then the copy can be drilled, and the original is what it was', async () => {
    const [original, copy, reference] = databases as [TestDatabase, TestDatabase, TestDatabase];
    await insertJob(original, 'COMPLETE');
    await original.rows('CREATE EXTENSION pg_stat_statements');
    await empty(copy);
    await empty(reference);

    await copyDatabase(original.superuserUrl, { url: copy.migrationUrl, folder }, signal);
    const walked = await walkMigrations({
      url: copy.migrationUrl,
      reference: await readReference(reference.migrationUrl),
      complete: addLiveRows,
    });

    expect(walked).toMatchObject({ ok: true, problems: [], rows: { 'public.jobs': 301 } });
    expect(await original.rows('SELECT FROM results')).toHaveLength(3);
  }, 120_000);

  test('when the original cannot be reached, then it says so, without the password', async () => {
    const copying = copyDatabase('postgres://x:geheim@127.0.0.1:1/none', { url: '', folder }, signal);

    await expect(copying).rejects.toThrow(/^pg_dump failed: (?![^]*geheim)[^]*Connection refused/);
  });
});
