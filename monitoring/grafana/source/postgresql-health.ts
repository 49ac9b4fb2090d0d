import { stat } from './panels.js';

const CLUSTER = 'cluster="$cluster"';
const VOLUME = `${CLUSTER}, volume="postgresql"`;
const BLOCKS_HIT = `sum(rate(pg_stat_database_blks_hit{${CLUSTER}, datname="$database"}[5m]))`;
const BLOCKS_READ = `sum(rate(pg_stat_database_blks_read{${CLUSTER}, datname="$database"}[5m]))`;

/** The row that says whether all is well: servers, replication, archive, backups, disk, PgBouncer. */
export const postgresqlHealth = [
  stat({
    title: 'Servers down',
    description: 'Servers that their exporter cannot log in to. Alert: PostgresDown.',
    unit: 'short',
    query: `sum(1 - pg_up{${CLUSTER}})`,
    anyIsBad: true,
    zero: 'all up',
  }),
  stat({
    title: 'Connections used',
    description: 'Of those open to all, on the server that has most in use. Red as the alert PostgresConnectionsHigh.',
    unit: 'percentunit',
    query: `max(pg_connections_used{${CLUSTER}} / pg_connections_usable{${CLUSTER}})`,
    alert: 'PostgresConnectionsHigh',
  }),
  stat({
    title: 'Replica lag',
    description:
      'The largest, as the primary and as the standbys tell it. Red as the alert PostgresReplicationLagHigh.',
    unit: 's',
    query: `max(pg_replication_slot_replay_lag_seconds{${CLUSTER}} or pg_standby_lag_seconds{${CLUSTER}})`,
    alert: 'PostgresReplicationLagHigh',
  }),
  stat({
    title: 'Replicas gone',
    description: 'Slots that nobody reads from, and standbys that receive nothing. Alert: PostgresReplicaGone.',
    unit: 'short',
    query: `
      count(pg_replication_slot_active{${CLUSTER}} == 0
        or (pg_standby_streaming{${CLUSTER}} == 0 and pg_standby_is_replica{${CLUSTER}} == 1))
      or 0 * count(pg_standby_streaming{${CLUSTER}})`,
    anyIsBad: true,
    zero: 'none',
  }),
  stat({
    title: 'Archive behind',
    description: 'How long the oldest finished segment has waited. Red as the alert PostgresArchivingFailing.',
    unit: 's',
    query: `max(pg_archive_oldest_waiting_seconds{${CLUSTER}})`,
    alert: 'PostgresArchivingFailing',
  }),
  stat({
    title: 'Archiving fails',
    description: 'Servers whose last attempt to archive a segment failed. Alert: PostgresArchivingFailing.',
    unit: 'short',
    query: `sum(pg_archive_failing{${CLUSTER}})`,
    anyIsBad: true,
    zero: 'no',
  }),
  stat({
    title: 'Backup age',
    description: 'Of the last one that succeeded. Red as the alert BackupTooOld. No value: there never was one.',
    unit: 's',
    query: `time() - max(docling_backup_last_success_timestamp_seconds{${CLUSTER}})`,
    alert: 'BackupTooOld',
    none: 'never',
  }),
  stat({
    title: 'Proven restore',
    description:
      'Time since a backup was last restored and compared. Red as the alert BackupNotVerified. No value: it never was.',
    unit: 's',
    query: `time() - max(docling_backup_last_verified_restore_timestamp_seconds{${CLUSTER}})`,
    alert: 'BackupNotVerified',
    none: 'never',
  }),
  stat({
    title: 'Point-in-time',
    description:
      'Time since a restore to a point in time was last tried. Orange as the alert PitrDrillTooOld. No value: it never was.',
    unit: 's',
    query: `time() - max(docling_pitr_last_success_timestamp_seconds{${CLUSTER}})`,
    alert: 'PitrDrillTooOld',
    none: 'never',
  }),
  stat({
    title: 'Disk used',
    description: 'Of the fullest disk that PostgreSQL’s data lies on. Red as the alert PostgresDiskAlmostFull.',
    unit: 'percentunit',
    query: `max(1 - node_filesystem_avail_bytes{${VOLUME}} / node_filesystem_size_bytes{${VOLUME}})`,
    alert: 'PostgresDiskAlmostFull',
  }),
  stat({
    title: 'Cache hit ratio',
    description:
      'Blocks of $database found in shared buffers, over 5 minutes. Orange as the alert PostgresCacheHitRatioLow, which needs more than 100 blocks/s.',
    unit: 'percentunit',
    query: `${BLOCKS_HIT} / (${BLOCKS_HIT} + ${BLOCKS_READ} > 0)`,
    alert: 'PostgresCacheHitRatioLow',
    none: 'no reads',
  }),
  stat({
    title: 'Oldest transaction',
    description: 'VACUUM removes nothing that is younger. Orange as the alert PostgresLongTransaction.',
    unit: 's',
    query: `max(pg_activity_longest_transaction_seconds{${CLUSTER}})`,
    alert: 'PostgresLongTransaction',
  }),
  stat({
    title: 'Transaction ids',
    description:
      'Age of the oldest that is not frozen, as multiple of autovacuum_freeze_max_age. Red as the alert PostgresTransactionIdAge.',
    unit: 'none',
    query: `max(pg_transaction_ids_age{${CLUSTER}} / pg_transaction_ids_freeze_max_age{${CLUSTER}})`,
    alert: 'PostgresTransactionIdAge',
  }),
  stat({
    title: 'Certificate',
    description:
      'Time until the first certificate expires that PostgreSQL or PgBouncer shows the service. Orange as the alert DatabaseCertificateExpires. No value: the connection has no TLS.',
    unit: 's',
    query: `min(docling_jobs_database_certificate_expiry_timestamp_seconds{${CLUSTER}}) - time()`,
    alert: 'DatabaseCertificateExpires',
    none: 'no TLS',
  }),
  stat({
    title: 'PgBouncer down',
    description: 'Poolers whose console does not answer. Alert: PgBouncerDown.',
    unit: 'short',
    query: `sum(1 - pgbouncer_up{${CLUSTER}})`,
    anyIsBad: true,
    zero: 'all up',
    none: 'not used',
  }),
  stat({
    title: 'Wait in PgBouncer',
    description: 'How long the first client has waited in the worst pool. Orange as the alert PgBouncerClientsWaiting.',
    unit: 's',
    query: `max(pgbouncer_pools_client_maxwait_seconds{${CLUSTER}})`,
    alert: 'PgBouncerClientsWaiting',
    none: 'not used',
  }),
];
