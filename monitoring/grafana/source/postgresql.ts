import { dashboard, label, labels } from './dashboard.js';
import { bars, graph } from './panels.js';
import { postgresqlHealth } from './postgresql-health.js';
import { backups, poolers, storage } from './postgresql-storage.js';

const OF_SERVER = 'cluster="$cluster", instance=~"$instance"';
const OF_DATABASE = `${OF_SERVER}, datname="$database"`;
const perSecond = (metric: string, selector = OF_DATABASE) => `sum(rate(${metric}{${selector}}[$__rate_interval]))`;
const hitRatio = (range: string) => {
  const by = 'sum by (instance)';
  const hit = `${by} (rate(pg_stat_database_blks_hit{${OF_DATABASE}}[${range}]))`;
  return `${hit} / (${hit} + ${by} (rate(pg_stat_database_blks_read{${OF_DATABASE}}[${range}])) > 0)`;
};
/** All statements but those that are not the service's. */
const STATEMENTS = `${OF_SERVER}, statement!="other"`;

const activity = [
  graph({
    title: 'Connections',
    description: 'Of all databases, by server. `usable` is max_connections less those kept for superusers.',
    unit: 'short',
    queries: [
      [`sum by (instance) (pg_connections_active{${OF_SERVER}})`, 'active {{instance}}'],
      [`sum by (instance) (pg_connections_idle{${OF_SERVER}})`, 'idle {{instance}}'],
      [`sum by (instance) (pg_connections_usable{${OF_SERVER}})`, 'usable {{instance}}'],
    ],
  }),
  graph({
    title: 'Connections used',
    description: 'Share of those open to all; the line is the limit of PostgresConnectionsHigh.',
    unit: 'percentunit',
    alert: 'PostgresConnectionsHigh',
    max: 1,
    queries: [[`pg_connections_used{${OF_SERVER}} / pg_connections_usable{${OF_SERVER}}`, '{{instance}}']],
  }),
  graph({
    title: 'Oldest query and transaction',
    description:
      'In $database; dumps do not count as queries. Alerts: PostgresLongRunningQuery, PostgresLongTransaction, PostgresIdleInTransaction.',
    unit: 's',
    queries: [
      [`max(pg_activity_longest_query_seconds{${OF_DATABASE}})`, 'query'],
      [`max(pg_activity_longest_transaction_seconds{${OF_DATABASE}})`, 'transaction'],
      [`max(pg_activity_longest_idle_in_transaction_seconds{${OF_DATABASE}})`, 'idle in a transaction'],
    ],
  }),
  graph({
    title: 'Transactions',
    description: 'Per second, in $database. Hardly any while requests arrive: PostgresTransactionRateLow.',
    unit: 'ops',
    queries: [
      [perSecond('pg_stat_database_xact_commit'), 'committed'],
      [perSecond('pg_stat_database_xact_rollback'), 'rolled back'],
    ],
  }),
  graph({
    title: 'Rows',
    description: 'Per second, in $database: read by index or scan, and written.',
    unit: 'rowsps',
    queries: [
      [perSecond('pg_stat_database_tup_fetched'), 'fetched'],
      [perSecond('pg_stat_database_tup_inserted'), 'inserted'],
      [perSecond('pg_stat_database_tup_updated'), 'updated'],
      [perSecond('pg_stat_database_tup_deleted'), 'deleted'],
    ],
  }),
  graph({
    title: 'Cache hit ratio',
    description: 'Blocks of $database found in shared buffers; the line is the limit of PostgresCacheHitRatioLow.',
    unit: 'percentunit',
    alert: 'PostgresCacheHitRatioLow',
    max: 1,
    queries: [[hitRatio('$__rate_interval'), '{{instance}}']],
  }),
  graph({
    title: 'Waits for locks, deadlocks',
    description: 'Statements of $database that wait for a lock at the moment, and deadlocks per second.',
    unit: 'short',
    queries: [
      [`sum(pg_activity_waiting_for_locks{${OF_DATABASE}})`, 'waiting'],
      [perSecond('pg_stat_database_deadlocks'), 'deadlocks/s'],
    ],
  }),
  graph({
    title: 'Temporary files',
    description: 'Bytes per second that sorts and hashes of $database wrote since work_mem was too small.',
    unit: 'Bps',
    queries: [[perSecond('pg_stat_database_temp_bytes'), 'written']],
  }),
  graph({
    title: 'Statements by name',
    description: 'The ten of the service that run most, in the server; a name is its file below db/queries.',
    unit: 'ops',
    queries: [
      [`topk(10, sum by (statement) (rate(pg_statement_calls{${STATEMENTS}}[$__rate_interval])))`, '{{statement}}'],
    ],
  }),
  bars({
    title: 'Time by statement',
    description:
      'Seconds per second that the server works on each, over the last 5 minutes; `other`: not the service’s.',
    unit: 'percentunit',
    query: `topk(10, sum by (statement) (rate(pg_statement_seconds{${OF_SERVER}}[5m])))`,
    legend: '{{statement}}',
  }),
  bars({
    title: 'Time per call',
    description: 'Mean over the last 5 minutes, in the server: the ten slowest statements of the service.',
    unit: 's',
    query: `
      topk(10, sum by (statement) (rate(pg_statement_seconds{${STATEMENTS}}[5m]))
        / (sum by (statement) (rate(pg_statement_calls{${STATEMENTS}}[5m])) > 0))`,
    legend: '{{statement}}',
  }),
  bars({
    title: 'Blocks read by statement',
    description: 'Blocks per second that were not in shared buffers, over the last 5 minutes.',
    unit: 'ops',
    query: `topk(10, sum by (statement) (rate(pg_statement_blocks_read{${OF_SERVER}}[5m])))`,
    legend: '{{statement}}',
  }),
];

const replication = [
  graph({
    title: 'Replica lag',
    description:
      'By slot as the primary tells it, and by standby; the line is the limit of PostgresReplicationLagHigh.',
    unit: 's',
    alert: 'PostgresReplicationLagHigh',
    queries: [
      [`pg_replication_slot_replay_lag_seconds{${OF_SERVER}, slot_name!=""}`, 'slot {{slot_name}}'],
      [`pg_standby_lag_seconds{${OF_SERVER}} and pg_standby_is_replica{${OF_SERVER}} == 1`, 'standby {{instance}}'],
    ],
  }),
  graph({
    title: 'WAL kept for slots',
    description:
      'What a standby that is away costs on the disk of the primary; the line is the limit of PostgresSlotRetainsWal.',
    unit: 'bytes',
    alert: 'PostgresSlotRetainsWal',
    queries: [[`pg_replication_slot_retained_bytes{${OF_SERVER}, slot_name!=""}`, '{{slot_name}}']],
  }),
  graph({
    title: 'WAL that waits for the archive',
    description: 'Finished segments that are not archived yet: a few at most.',
    unit: 'short',
    queries: [[`pg_archive_waiting_segments{${OF_SERVER}}`, '{{instance}}']],
  }),
];

/** PostgreSQL, PgBouncer and backups. */
export const postgresql = dashboard('postgresql', {
  description: 'Servers, replication, storage, PgBouncer and backups of docling-jobs.',
  variables: [
    labels('instance', 'Server', 'label_values(pg_up{cluster="$cluster"}, instance)'),
    label('database', 'Database', 'label_values(pg_activity_longest_query_seconds{cluster="$cluster"}, datname)'),
  ],
  rows: [
    { title: 'Is it healthy? (the whole cluster)', panels: postgresqlHealth },
    { title: 'Activity', panels: activity },
    { title: 'Replication and archive', panels: replication },
    { title: 'Storage', panels: storage },
    { title: 'PgBouncer', panels: poolers },
    { title: 'Backups', panels: backups },
  ],
});
