/** @needs initdb, postgres, prometheus-postgres-exporter, prometheus-node-exporter, pgbouncer */
import path from 'node:path';
import { startNodeExporter } from '../../scripts/alerts-drill/exporters.mjs';
import { metricsIn, readRuleFiles } from '../support/alert-rules.js';
import { startMonitoredPostgres, type MonitoredPostgres } from '../support/monitored-postgres.js';
import { startPgBouncer } from '../support/pgbouncer.js';
import { ServiceProcess } from '../support/service-process.js';

/** What Prometheus makes itself. */
const OF_PROMETHEUS = ['up'];

/** What backups and drills leave for the node exporter: docs/database-backup.md. */
const OF_BACKUPS = [
  'docling_backup_last_size_bytes',
  'docling_backup_last_success_timestamp_seconds',
  'docling_backup_last_verified_restore_timestamp_seconds',
  'docling_pitr_last_success_timestamp_seconds',
];

/** What the service is to serve and does not yet. The test fails when it does: then strike it out here. */
const NOT_YET_SERVED = [
  'docling_jobs_database_certificate_expiry_timestamp_seconds',
  'docling_jobs_db_pool_timeouts_total',
  'docling_jobs_oldest_waiting_seconds',
  'docling_jobs_retries_total',
];

const named = [...new Set(readRuleFiles().flatMap(({ expr }) => metricsIn(expr)))];

describe('the metrics that alerts name', () => {
  let server: MonitoredPostgres;
  const closing: (() => Promise<unknown>)[] = [];
  const served = new Set<string>();

  beforeAll(async () => {
    server = await startMonitoredPostgres({ replica: false });
    closing.push(() => server.stop());
    const { postgres } = server;
    const pooler = await startPgBouncer(postgres.url('monitoring_user'), { stats_users: 'monitoring_user' });
    closing.push(() => pooler.stop());
    const exporter = new ServiceProcess('pgbouncer-exporter.js', {
      PGBOUNCER_STATS_URL: pooler.url.replace(/[^/]+$/, 'pgbouncer'),
      PGBOUNCER_EXPORTER_PORT: '0',
    });
    closing.push(() => exporter.destroy());
    const web = new ServiceProcess('web.js', {
      DATABASE_URL: postgres.url('docling_app'),
      DATA_DIR: path.join(server.folder, 'data'),
      LOG_LEVEL: 'info',
    });
    closing.push(() => web.destroy());
    const node = await startNodeExporter(server.folder, path.join(server.folder, 'node.log'));
    closing.push(() => node.program.stop());
    const [, ofPgBouncer = ''] = await exporter.says(/"url":"([^"]+)"/);
    const [, ofWeb = ''] = await web.says(/"url":"([^"]+)"/);
    await fetch(`${ofWeb}/api/v1/health/live`);
    for (const url of [ofPgBouncer, `${ofWeb}/metrics`, `http://127.0.0.1:${node.port}/metrics`]) {
      namesIn(await (await fetch(url)).text()).forEach((name) => served.add(name));
    }
    namesIn(await server.scrape()).forEach((name) => served.add(name));
  }, 60_000);
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  test('when the real exporters and the real service are asked, then each is there', () => {
    const known = new Set([...served, ...OF_PROMETHEUS, ...OF_BACKUPS, ...NOT_YET_SERVED]);

    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('when one is listed here as missing, then it is named by an alert, and really missing', () => {
    const listed = [...OF_PROMETHEUS, ...OF_BACKUPS, ...NOT_YET_SERVED];

    expect(listed.filter((name) => !named.includes(name))).toEqual([]);
    expect(listed.filter((name) => served.has(name))).toEqual([]);
  });

  test('when the two sides of a comparison are looked at, then those of connections share their labels, and the exporter’s own do not', async () => {
    const text = await server.scrape();
    const labels = (name: string) => new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(text)?.[1]?.replace(/="[^"]*"/g, '');

    expect(labels('pg_connections_used')).toBe(labels('pg_connections_usable'));
    expect(labels('pg_settings_max_connections')).not.toBe(labels('pg_stat_database_numbackends'));
  });
});

/** Names of metrics in Prometheus' text format: of those too that have no sample yet, and of the parts of histograms. */
function namesIn(text: string): string[] {
  const types = Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type]) =>
    type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  );
  return types.flat();
}
