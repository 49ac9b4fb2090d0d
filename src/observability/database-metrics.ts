import type { AcquireObservation, PoolState, StatementObservation } from '../database/database.js';
import type { MetricSet } from './metric-set.js';

const STATEMENT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15];
/** A free connection is there within microseconds. */
const ACQUIRE_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

const POOL_STATES = {
  size: 'Connections that the pool may hold.',
  in_use: 'Connections that run a statement or a transaction.',
  idle: 'Open connections that wait for work.',
  waiting: 'Statements that wait for a connection.',
} as const;

/** The connections of the settings whose certificates are looked at. */
export const CONNECTIONS = ['pool', 'direct'] as const;
export type ConnectionName = (typeof CONNECTIONS)[number];

/** What is read from outside at a scrape. */
export const SCRAPE_SOURCES = ['jobs', 'oldest_waiting', 'certificate_pool', 'certificate_direct'] as const;

export function createDatabaseMetrics(set: MetricSet) {
  const statementDuration = set.histogram('each', {
    name: 'db_statement_duration_seconds',
    help: 'Time from sending a statement to its answer.',
    labels: { statement: 'the name of a file below `db/queries`', outcome: ['ok', 'error'] },
    buckets: STATEMENT_SECONDS,
  });
  const poolAcquire = set.histogram('each', {
    name: 'db_pool_acquire_seconds',
    help: 'Time that a statement or a transaction waited for a connection, whether it got one or not.',
    buckets: ACQUIRE_SECONDS,
  });
  const poolTimeouts = set.counter('each', {
    name: 'db_pool_timeouts_total',
    help: 'Statements and transactions that got no connection in time, or found too many waiting already.',
  });
  return {
    statementDuration,
    /** What `Database` is given as `onStatement`. */
    observeStatement: ({ name, seconds, failed }: StatementObservation): void => {
      statementDuration.observe({ statement: name, outcome: failed ? 'error' : 'ok' }, seconds);
    },
    /** What `Database` is given as `onAcquire`. */
    observeAcquire: ({ seconds, exhausted }: AcquireObservation): void => {
      poolAcquire.observe(seconds);
      if (exhausted) poolTimeouts.inc();
    },
    observePool: createPoolGauges(set),
    certificateExpiry: set.sampledGauge('each', {
      name: 'database_certificate_expiry_timestamp_seconds',
      help:
        'When the certificate expires that PostgreSQL or PgBouncer presents, as Unix time: `pool` at `DATABASE_URL`, ' +
        '`direct` at `DIRECT_DATABASE_URL`. No series where the connection has no TLS. Looked up every five minutes.',
      labels: { connection: CONNECTIONS },
    }),
    scrapeErrors: set.counter('each', {
      name: 'scrape_errors_total',
      help: 'Scrapes that had to leave something out, or to repeat what was known before, because it could not be read in time.',
      labels: { source: SCRAPE_SOURCES },
    }),
  };
}

/** Answers a function that has the pool's state read at every scrape from then on; to be called once. */
function createPoolGauges(set: MetricSet): (state: () => PoolState) => void {
  const gauge = (name: keyof typeof POOL_STATES) =>
    set.sampledGauge('each', { name: `db_pool_${name}`, help: POOL_STATES[name] });
  const gauges = { size: gauge('size'), inUse: gauge('in_use'), idle: gauge('idle'), waiting: gauge('waiting') };
  return (state) => {
    for (const [key, sampled] of Object.entries(gauges)) {
      sampled.observe(() => [{ labels: {}, value: state()[key as keyof PoolState] }]);
    }
  };
}
