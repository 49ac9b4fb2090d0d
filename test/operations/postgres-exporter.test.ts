/** @needs initdb, postgres, pg_basebackup, prometheus-postgres-exporter */
import path from 'node:path';
import { readYaml } from '../support/alert-rules.js';
import { ROOT } from '../support/generated.js';
import { startMonitoredPostgres, type MonitoredPostgres } from '../support/monitored-postgres.js';
import { readFileSync } from 'node:fs';

type Queries = Record<string, { metrics: Record<string, { usage: string }>[] }>;

const queries = readYaml(path.join(ROOT, 'monitoring/postgres_exporter/queries.yaml')) as Queries;
const names = Object.entries(queries).flatMap(([query, { metrics }]) =>
  metrics
    .flatMap((column) => Object.entries(column))
    .filter(([, { usage }]) => usage !== 'LABEL')
    .map(([column]) => `${query}_${column}`),
);

const DENIED = '42501';

describe('the exporter of PostgreSQL', () => {
  let server: MonitoredPostgres;
  beforeAll(async () => {
    server = await startMonitoredPostgres({ replica: true });
  }, 60_000);
  afterAll(() => server.stop());

  /** Samples of one metric by their labels. */
  async function samplesOf(metric: string, which: 'primary' | 'replica' = 'primary'): Promise<Map<string, number>> {
    const lines = (await server.scrape(which)).matchAll(new RegExp(`^${metric}(\\{.*\\})? (\\S+)$`, 'gm'));
    return new Map(Array.from(lines, ([, labels = '', value]) => [labels, Number(value)]));
  }
  /** The one sample whose labels hold `label`. */
  async function sampleOf(metric: string, label: string): Promise<number | undefined> {
    return [...(await samplesOf(metric))].find(([labels]) => labels.includes(label))?.[1];
  }

  test.each(['primary', 'replica'] as const)(
    'when the %s is idle, then every own query has its row all the same',
    async (which) => {
      const text = await server.scrape(which);

      const silent = names.filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(text));
      expect(silent).toEqual([]);
      expect(text).toMatch(/^pg_exporter_last_scrape_error 0$/m);
      expect(text).toMatch(/^pg_exporter_user_queries_load_error\{.*\} 0$/m);
    },
  );

  test('when a session is idle in a transaction, then its age is told for its database', async () => {
    const session = await server.postgres.connect('postgres');
    await session.query('BEGIN');
    await session.query('SELECT 1');

    const age = await sampleOf('pg_activity_longest_idle_in_transaction_seconds', 'datname="docling_db"');
    await session.end();

    expect(age).toBeGreaterThan(0);
    expect(await sampleOf('pg_activity_longest_idle_in_transaction_seconds', 'datname="postgres"')).toBe(0);
  });

  test('when a dump runs, then it is no long query', async () => {
    const session = await server.postgres.connect('postgres');
    await session.query(`SET application_name = 'pg_dump'`);
    const running = session.query('SELECT pg_sleep(60)');
    const ended = running.catch((error: unknown) => error);
    await server.postgres.query('SELECT pg_sleep(0.5)');

    const query = await sampleOf('pg_activity_longest_query_seconds', 'datname="docling_db"');
    const transaction = await sampleOf('pg_activity_longest_transaction_seconds', 'datname="docling_db"');
    await server.postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg_dump'`,
    );
    await ended;

    expect(query).toBe(0);
    expect(transaction).toBeGreaterThan(0.4);
  });

  test('when connections are counted, then usable are those that superusers do not keep', async () => {
    expect([...(await samplesOf('pg_connections_usable')).values()]).toEqual([37]); // 40 without 3
  });

  test('when a standby has replayed all that it was sent, then it does not lag, however old that is', async () => {
    await server.postgres.query('SELECT pg_sleep(1)');

    expect([...(await samplesOf('pg_standby_lag_seconds', 'replica')).values()]).toEqual([0]);
    expect([...(await samplesOf('pg_standby_streaming', 'replica')).values()]).toEqual([1]);
  });

  test('when a statement of the service has run, then it is told by its name, and no other text is', async () => {
    const session = await server.postgres.connect('docling_app');
    await session.query(`/* server/ping */ SELECT 1`);
    await session.query(`/* SECRET */ SELECT 'in a text'`);
    await session.end();

    expect(await sampleOf('pg_statement_calls', 'statement="server/ping"')).toBe(1);
    expect(await sampleOf('pg_statement_calls', 'statement="other"')).toBeGreaterThan(0);
    expect(await server.scrape()).not.toMatch(/SECRET|in a text/);
  });

  describe('what db/monitoring.sql gives', () => {
    test.each([
      ['SELECT FROM monitoring.pg_stat_statements LIMIT 1'],
      ['SELECT FROM pg_hba_file_rules LIMIT 1'],
      ['SELECT FROM pg_ls_archive_statusdir() LIMIT 1'],
    ])('when monitoring_user tries %s, then it may', async (statement) => {
      const session = await server.postgres.connect('monitoring_user');

      await expect(session.query(statement).finally(() => session.end())).resolves.toBeDefined();
    });

    test.each([
      ['docling_app', 'SELECT FROM monitoring.pg_stat_statements'],
      ['docling_app', 'SELECT FROM pg_hba_file_rules'],
      ['docling_migration', 'SELECT FROM monitoring.pg_stat_statements'],
      ['monitoring_user', 'SET TRANSACTION READ WRITE; SELECT monitoring.pg_stat_statements_reset()'],
      ['monitoring_user', 'SET TRANSACTION READ WRITE; CREATE TABLE monitoring.mine ()'],
      ['monitoring_user', 'SELECT FROM public.jobs'],
    ])('when %s tries %s, then it may not', async (role, statement) => {
      const session = await server.postgres.connect(role);

      await expect(session.query(statement).finally(() => session.end())).rejects.toMatchObject({ code: DENIED });
    });

    test('when it is run again, also where the extension was elsewhere, then all is as it was', async () => {
      const { postgres } = server;
      await postgres.query('ALTER EXTENSION pg_stat_statements SET SCHEMA public');
      await postgres.query('GRANT ALL ON SCHEMA monitoring TO PUBLIC');
      const script = readFileSync(path.join(ROOT, 'db/monitoring.sql'), 'utf8');

      await postgres.query(script);
      await postgres.query(script);

      const [schema] = await postgres.query(
        `SELECT nspacl::text AS rights, (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_stat_statements') AS place
         FROM pg_namespace WHERE nspname = 'monitoring'`,
      );
      expect(schema).toEqual({ place: 'monitoring', rights: '{postgres=UC/postgres,monitoring_user=U/postgres}' });
      expect([...(await samplesOf('pg_exporter_last_scrape_error')).values()]).toEqual([0]);
    });
  });
});
