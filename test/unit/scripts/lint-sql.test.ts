import { findSqlProblems } from '../../../scripts/sql-lint/rules.mjs';

describe('npm run lint:sql', () => {
  const find = (sql: string) => findSqlProblems(`-- Does something.\n${sql}`, { statement: true });

  test.each([
    ['SELECT j.* FROM jobs j', 'has a * where columns are to be listed'],
    ['SELECT id FROM (SELECT * FROM jobs) AS found', 'has a * where columns are to be listed'],
    ["INSERT INTO clients (id, name) VALUES ('a', 'b') RETURNING *", 'has a * where columns are to be listed'],
    ["INSERT INTO clients VALUES ('a', 'b')", 'inserts without a list of columns'],
    ['DELETE FROM jobs', 'changes rows without a WHERE'],
    ['WITH gone AS (UPDATE jobs SET max_retries = 1) SELECT 1', 'changes rows without a WHERE'],
    ['SELECT 1; SELECT 2', 'holds 2 statements, not one'],
    ['SELEC 1', 'cannot be parsed: syntax error at or near "SELEC"'],
  ])('when a statement is %j, then it is refused', async (sql, problem) => {
    expect(await find(sql)).toEqual([problem]);
  });

  test('when a file does not say what it is for, then it is refused', async () => {
    expect(await findSqlProblems('SELECT 1', { statement: true })).toEqual([
      'has no comment at its top that says what it is for',
    ]);
  });

  test.each([
    ["SELECT count(*), 2 * 3, 'SELECT *; x' FROM jobs WHERE EXISTS (SELECT FROM results)"],
    ['DELETE FROM jobs WHERE id = $1 RETURNING id'],
    ["DO $$ BEGIN DELETE FROM jobs; EXECUTE 'x'; END $$"],
  ])('when a statement only looks like that, then it passes: %s', async (sql) => {
    expect(await find(sql)).toEqual([]);
  });
});
