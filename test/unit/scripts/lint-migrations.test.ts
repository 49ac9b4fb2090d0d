import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../support/generated.js';

describe('npm run lint:migrations', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'docling-jobs-lint-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lint = (sql?: string) => {
    const file = path.join(folder, '9000_extra.up.sql');
    if (sql !== undefined) writeFileSync(file, sql);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(ROOT, 'scripts/lint-migrations.mjs'), ...(sql === undefined ? [] : [file])],
      { encoding: 'utf8' },
    );
    return { status, output: stdout + stderr };
  };

  test('when the migrations of the repository are linted, then nothing is found', () => {
    expect(lint()).toEqual({ status: 0, output: expect.not.stringContaining('warning') as string });
  });

  test.each([
    ['ALTER TABLE jobs ADD COLUMN extra int NOT NULL;', 'adding-required-field'],
    ['CREATE INDEX extra ON jobs (file_name);', 'require-concurrent-index-creation'],
    ['DROP INDEX jobs_status_idx;', 'require-concurrent-index-deletion'],
    ['ALTER TABLE jobs ALTER COLUMN file_name TYPE text;', 'changing-column-type'],
    ['ALTER TABLE jobs ALTER COLUMN file_name SET NOT NULL;', 'adding-not-nullable-field'],
    ['ALTER TABLE jobs ADD CONSTRAINT extra CHECK (file_size < 10);', 'constraint-missing-not-valid'],
    ['ALTER TABLE jobs ADD COLUMN extra uuid DEFAULT gen_random_uuid();', 'adding-field-with-default'],
    ['ALTER TABLE jobs DROP COLUMN file_name;', 'ban-drop-column'],
    ['ALTER TABLE jobs RENAME COLUMN file_name TO name;', 'renaming-column'],
  ])('when a migration would keep a running service waiting, or break it, then it is refused: %s', (sql, rule) => {
    expect(lint(sql)).toEqual({ status: 1, output: expect.stringContaining(rule) as string });
  });

  test.each([
    ['-- transaction: none\nCREATE INDEX CONCURRENTLY IF NOT EXISTS extra ON jobs (file_name);'],
    ['ALTER TABLE jobs ADD COLUMN extra int;'],
    [
      'CREATE TABLE extra (id uuid PRIMARY KEY, name varchar(10) NOT NULL); CREATE INDEX extra_name_idx ON extra (name);',
    ],
    ['ALTER TABLE jobs ADD CONSTRAINT extra CHECK (file_size < 10) NOT VALID;'],
  ])('when a migration keeps nobody waiting, then it passes: %s', (sql) => {
    expect(lint(sql)).toEqual({ status: 0, output: '' });
  });
});
