import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Database } from '../../src/database/database.js';
import { DATABASE_NAME } from '../../src/database/provision.js';
import { startPgBouncer } from './pgbouncer.js';

/** A migrated database of one test file: a clone of the run's template. */
export interface TestDatabase {
  readonly name: string;
  readonly superuserUrl: string;
  /** As the application's role; through PgBouncer where the suite runs so. */
  readonly appUrl: string;
  /** As the application's role, straight to PostgreSQL. */
  readonly directUrl: string;
  readonly migrationUrl: string;
  /** The test's own connection, as superuser: what it sees owes nothing to the code under test. */
  readonly sql: pg.Client;
  /** A pool as the service has it, as the application's role. */
  readonly database: Database;
  /** Rows of a query on the test's own connection. */
  rows<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** The only row, or an error. */
  row<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T>;
  drop(): Promise<void>;
}

/** Whether this suite reaches its database through PgBouncer in transaction mode. */
export function isPooled(): boolean {
  return process.env['TEST_POOLER'] === 'pgbouncer';
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `docling_test_${randomBytes(6).toString('hex')}`;
  await administrate(
    `CREATE DATABASE ${name} TEMPLATE ${DATABASE_NAME} OWNER docling_migration`,
    // A clone takes over everything but the rights on the database itself.
    `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${name} TO docling_migration, docling_app, monitoring_user`,
  );
  const sql = new pg.Client({ connectionString: superuserUrl(name) });
  sql.on('error', () => undefined); // a test may end the server's connections
  await sql.connect();
  const directUrl = urlFor(name, 'docling_app');
  const pooler = isPooled() ? await startPgBouncer(directUrl) : undefined;
  const appUrl = pooler?.url ?? directUrl;
  const database = openTestPool(appUrl);
  // One statement at a time, however many a test asks for at once.
  let previous: Promise<unknown> = Promise.resolve();
  const rows = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) => {
    const result = previous.then(() => sql.query<T>(text, values));
    previous = result.catch(() => undefined);
    return (await result).rows;
  };
  return {
    name,
    superuserUrl: superuserUrl(name),
    appUrl,
    directUrl,
    migrationUrl: urlFor(name, 'docling_migration'),
    sql,
    database,
    rows,
    row: async <T extends pg.QueryResultRow>(text: string, values?: unknown[]) => {
      const found = await rows<T>(text, values);
      if (found.length !== 1) throw new Error(`expected one row, got ${found.length}: ${text}`);
      return found[0]!;
    },
    drop: async () => {
      await database.close();
      await pooler?.stop();
      await sql.end();
      if (!process.env['KEEP_TEST_DATABASES']) await administrate(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** A pool with the service's defaults; `options` sets what a test is about. */
export function openTestPool(url: string, options: Partial<ConstructorParameters<typeof Database>[0]> = {}): Database {
  return new Database({
    url,
    applicationName: 'docling-jobs-test',
    poolSize: 5,
    poolTimeoutMs: 5_000,
    poolMaxWaiting: 500,
    statementTimeoutMs: 15_000,
    preparedStatements: !isPooled(),
    direct: !isPooled(),
    ...options,
  });
}

/** Connection string of the run's server for its superuser. */
export function superuserUrl(database: string): string {
  return urlFor(database);
}

export function roleUrl(role: string, database: string): string {
  return urlFor(database, role);
}

export function rolePasswords(): Record<string, string> {
  return JSON.parse(process.env['TEST_ROLE_PASSWORDS'] ?? '{}') as Record<string, string>;
}

function urlFor(database: string, role?: string): string {
  const given = process.env['TEST_SUPERUSER_URL'];
  if (process.env['NODE_ENV'] !== 'test' || !given) {
    throw new Error('Tests run under jest, against the server that its set-up started, and against no other.');
  }
  const url = new URL(given);
  url.pathname = `/${database}`;
  if (role) {
    url.username = role;
    url.password = rolePasswords()[role] ?? '';
  }
  return url.href;
}

async function administrate(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: urlFor('postgres') });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
