/** @direct makes roles, as a superuser */
import pg from 'pg';
import { provisionDatabase, DATABASE_NAME } from '../../../src/database/provision.js';
import { roleUrl, superuserUrl, rolePasswords } from '../../support/test-database.js';

describe('provisioning', () => {
  test('when it is done again, then roles, passwords and rights are as before', async () => {
    await provisionDatabase({ superuserUrl, passwords: rolePasswords() });

    const client = new pg.Client({ connectionString: roleUrl('docling_app', DATABASE_NAME) });
    await client.connect();
    const { rows } = await client.query<{ user: string; super: boolean; temp: boolean; create: boolean }>(
      `SELECT current_user AS user, rolsuper AS super,
         has_database_privilege(current_database(), 'TEMPORARY') AS temp,
         has_schema_privilege('public', 'CREATE') AS create
       FROM pg_roles WHERE rolname = current_user`,
    );
    await client.end();
    expect(rows).toEqual([{ user: 'docling_app', super: false, temp: false, create: false }]);
  });
});
