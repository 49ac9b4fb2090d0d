/** @direct reads the catalogue, as a superuser */
import path from 'node:path';
import { DB_DIRECTORY } from '../../../src/database/catalogue.js';
import { generateStatementTypes } from '../../support/describe-statements.js';
import { expectGenerated } from '../../support/generated.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

describe('the types of the statements', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('when PostgreSQL describes every statement, then src/database/statements.ts says the same', async () => {
    const content = await generateStatementTypes(database.superuserUrl, path.join(DB_DIRECTORY, 'queries'));

    expectGenerated('src/database/statements.ts', content);
  });
});
