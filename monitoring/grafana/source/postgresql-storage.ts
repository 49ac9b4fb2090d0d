import { graph } from './panels.js';

const CLUSTER = 'cluster="$cluster"';
const OF_SERVER = `${CLUSTER}, instance=~"$instance"`;
const VOLUME = `${CLUSTER}, volume="postgresql"`;

export const storage = [
  graph({
    title: 'Size of databases',
    description: 'By server. Alert on their share of the disk: PostgresDatabaseSizeHigh.',
    unit: 'bytes',
    queries: [[`max by (instance, datname) (pg_database_size_bytes{${OF_SERVER}})`, '{{datname}} {{instance}}']],
  }),
  graph({
    title: 'Disk used',
    description:
      'The disk that PostgreSQL’s data lies on, with WAL, logs and all else; the line is the limit of PostgresDiskAlmostFull.',
    unit: 'percentunit',
    alert: 'PostgresDiskAlmostFull',
    max: 1,
    queries: [
      [
        `1 - min by (host) (node_filesystem_avail_bytes{${VOLUME}} / node_filesystem_size_bytes{${VOLUME}})`,
        '{{host}}',
      ],
    ],
  }),
  graph({
    title: 'Size of the service’s tables',
    description: 'With indexes and TOAST.',
    unit: 'bytes',
    queries: [[`max by (relname) (pg_hot_table_total_bytes{${OF_SERVER}})`, '{{relname}}']],
  }),
  graph({
    title: 'Dead rows',
    description:
      'Versions that VACUUM has not removed yet; the line is the limit of PostgresDeadTuples, if they are also a fifth of the table.',
    unit: 'short',
    alert: 'PostgresDeadTuples',
    queries: [[`max by (relname) (pg_hot_table_dead_rows{${OF_SERVER}})`, '{{relname}}']],
  }),
  graph({
    title: 'Bytes per row',
    description:
      'Of the table itself with the free space in it. It grows with bloat: VACUUM came too late, or a transaction held it back.',
    unit: 'bytes',
    queries: [
      [
        `max by (relname) (pg_hot_table_heap_bytes{${OF_SERVER}} / (pg_hot_table_live_rows{${OF_SERVER}} > 0))`,
        '{{relname}}',
      ],
    ],
  }),
  graph({
    title: 'Transaction ids',
    description:
      'Age of the oldest that is not frozen, as multiple of autovacuum_freeze_max_age; the line is the limit of PostgresTransactionIdAge.',
    unit: 'none',
    alert: 'PostgresTransactionIdAge',
    queries: [
      [
        `max by (datname) (pg_transaction_ids_age{${OF_SERVER}} / pg_transaction_ids_freeze_max_age{${OF_SERVER}})`,
        '{{datname}}',
      ],
    ],
  }),
  graph({
    title: 'Pages whose checksum did not fit',
    description: 'Any is damage on the disk: PostgresChecksumFailures.',
    unit: 'short',
    alert: 'PostgresChecksumFailures',
    queries: [[`sum by (instance) (pg_checksums_failures{${OF_SERVER}})`, '{{instance}}']],
  }),
  graph({
    title: 'Lines of pg_hba.conf in error',
    description: 'The server uses what it read before, and would not start again: PostgresHbaBroken.',
    unit: 'short',
    alert: 'PostgresHbaBroken',
    queries: [[`pg_hba_errors{${OF_SERVER}}`, '{{instance}}']],
  }),
  graph({
    title: 'Rows changed since ANALYZE',
    description: 'Statistics that are far behind make bad plans; autovacuum renews them.',
    unit: 'short',
    queries: [[`max by (relname) (pg_hot_table_rows_changed_since_analyze{${OF_SERVER}})`, '{{relname}}']],
  }),
];

export const poolers = [
  graph({
    title: 'Clients',
    description: 'Of all pools: with a connection to the server, and waiting for one.',
    unit: 'short',
    stacked: true,
    queries: [
      [`sum(pgbouncer_pools_client_active_connections{${CLUSTER}})`, 'active'],
      [`sum(pgbouncer_pools_client_waiting_connections{${CLUSTER}})`, 'waiting'],
    ],
  }),
  graph({
    title: 'Connections to the server',
    description:
      'Of all pools. All active while clients wait: default_pool_size is too small, or statements are too slow.',
    unit: 'short',
    stacked: true,
    queries: [
      [`sum(pgbouncer_pools_server_active_connections{${CLUSTER}})`, 'active'],
      [`sum(pgbouncer_pools_server_idle_connections{${CLUSTER}})`, 'idle'],
      [`sum(pgbouncer_pools_server_used_connections{${CLUSTER}})`, 'to be tested'],
    ],
  }),
  graph({
    title: 'Longest wait',
    description: 'Of the first client in each pool; the line is the limit of PgBouncerClientsWaiting.',
    unit: 's',
    alert: 'PgBouncerClientsWaiting',
    queries: [[`pgbouncer_pools_client_maxwait_seconds{${CLUSTER}}`, '{{user}}@{{database}}']],
  }),
  graph({
    title: 'Client connections used',
    description: 'Share of max_client_conn; the line is the limit of PgBouncerClientsHigh.',
    unit: 'percentunit',
    alert: 'PgBouncerClientsHigh',
    max: 1,
    queries: [
      [`pgbouncer_used_clients{${CLUSTER}} / pgbouncer_config_max_client_connections{${CLUSTER}}`, '{{instance}}'],
    ],
  }),
  graph({
    title: 'Statements and transactions',
    description: 'Per second, through PgBouncer.',
    unit: 'ops',
    queries: [
      [`sum(rate(pgbouncer_stats_queries_pooled_total{${CLUSTER}}[$__rate_interval]))`, 'statements'],
      [`sum(rate(pgbouncer_stats_sql_transactions_pooled_total{${CLUSTER}}[$__rate_interval]))`, 'transactions'],
    ],
  }),
  graph({
    title: 'Time spent waiting',
    description: 'Seconds per second that clients waited for a connection, over all of them.',
    unit: 's',
    queries: [
      [
        `sum by (database) (rate(pgbouncer_stats_client_wait_seconds_total{${CLUSTER}}[$__rate_interval]))`,
        '{{database}}',
      ],
    ],
  }),
];

export const backups = [
  graph({
    title: 'Age of the backup',
    description: 'Since the last one that succeeded; the line is the limit of BackupTooOld.',
    unit: 's',
    alert: 'BackupTooOld',
    queries: [[`time() - docling_backup_last_success_timestamp_seconds{${CLUSTER}}`, '{{host}}']],
  }),
  graph({
    title: 'Size of the last backup',
    description: 'Below half of the largest of 7 days: BackupShrunk.',
    unit: 'bytes',
    queries: [
      [`docling_backup_last_size_bytes{${CLUSTER}}`, '{{host}}'],
      [`0.5 * max_over_time(docling_backup_last_size_bytes{${CLUSTER}}[7d])`, 'too small, {{host}}'],
    ],
  }),
  graph({
    title: 'Age of the proven restore',
    description: 'Since a backup was last restored and compared; the line is the limit of BackupNotVerified.',
    unit: 's',
    alert: 'BackupNotVerified',
    queries: [[`time() - docling_backup_last_verified_restore_timestamp_seconds{${CLUSTER}}`, '{{host}}']],
  }),
];
