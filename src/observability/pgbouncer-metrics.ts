import { Counter, Gauge, Registry } from 'prom-client';
import type { ConsoleRow, ConsoleViews } from '../database/pgbouncer-console.js';

/** A column of a view, the metric that it becomes, what to multiply it by, and what it is. */
type Column = readonly [column: string, name: string, factor: number, help: string];

const MICROSECONDS = 1e-6;

const POOL_GAUGES: readonly Column[] = [
  ['cl_active', 'client_active_connections', 1, 'Clients that have a connection to the server, or need none.'],
  ['cl_waiting', 'client_waiting_connections', 1, 'Clients that wait for a connection to the server.'],
  ['sv_active', 'server_active_connections', 1, 'Connections to the server that a client has.'],
  ['sv_idle', 'server_idle_connections', 1, 'Connections to the server that are free.'],
  ['sv_used', 'server_used_connections', 1, 'Connections to the server that are tested before their next use.'],
  ['sv_tested', 'server_testing_connections', 1, 'Connections to the server that are being tested or reset.'],
  ['sv_login', 'server_login_connections', 1, 'Connections to the server that are being made.'],
];

const STATS_COUNTERS: readonly Column[] = [
  ['total_xact_count', 'sql_transactions_pooled_total', 1, 'Transactions.'],
  ['total_query_count', 'queries_pooled_total', 1, 'Statements.'],
  ['total_received', 'received_bytes_total', 1, 'Bytes from clients.'],
  ['total_sent', 'sent_bytes_total', 1, 'Bytes to clients.'],
  ['total_xact_time', 'server_in_transaction_seconds_total', MICROSECONDS, 'Time in transactions, idle ones too.'],
  ['total_query_time', 'queries_duration_seconds_total', MICROSECONDS, 'Time in statements.'],
  ['total_wait_time', 'client_wait_seconds_total', MICROSECONDS, 'Time that clients waited for a connection.'],
];

const DATABASE_GAUGES: readonly Column[] = [
  ['pool_size', 'pool_size', 1, 'Connections to the server that one pool may have.'],
  ['reserve_pool', 'reserve_pool', 1, 'Connections beside those when clients have waited for long.'],
  ['max_connections', 'max_connections', 1, 'Connections to the server over all pools; 0: no limit.'],
  ['current_connections', 'current_connections', 1, 'Connections to the server over all pools.'],
  ['paused', 'paused', 1, '1 while it is paused.'],
  ['disabled', 'disabled', 1, '1 while it is disabled.'],
];

/** Rows of `SHOW LISTS` that tell what is in use; the others are sizes of caches. */
const LISTS: Readonly<Record<string, string>> = {
  databases: 'Databases.',
  users: 'Users.',
  pools: 'Pools: pairs of a database and a user.',
  used_clients: 'Connections of clients.',
  login_clients: 'Connections of clients that log in.',
  used_servers: 'Connections to servers.',
};

/**
 * What the console said, as metrics, under the names that the community's exporter has
 * (https://github.com/prometheus-community/pgbouncer_exporter); only `pgbouncer_up 0` when it said nothing.
 */
export function pgBouncerMetrics(views: ConsoleViews | undefined): Registry {
  const registry = new Registry();
  gauge(registry, 'up', [], '1 while PgBouncer answers on its console.').set(views === undefined ? 0 : 1);
  if (views === undefined) return registry;
  addPools(registry, views.POOLS);
  const ofDatabase = (row: ConsoleRow) => ({ database: row['database'] ?? '' });
  for (const column of STATS_COUNTERS) addCounter(registry, 'stats', column, views.STATS, ofDatabase);
  const ofEntry = (row: ConsoleRow) => ({ name: row['name'] ?? '', database: row['database'] ?? '' });
  for (const column of DATABASE_GAUGES) addGauge(registry, 'databases', column, views.DATABASES, ofEntry);
  addLists(registry, views.LISTS);
  const maxClients = views.CONFIG.find(({ key }) => key === 'max_client_conn');
  const help = 'max_client_conn: connections of clients beyond which one more is refused.';
  gauge(registry, 'config_max_client_connections', [], help).set(numberOf(maxClients?.['value']));
  return registry;
}

function addPools(registry: Registry, pools: readonly ConsoleRow[]): void {
  const ofPool = (row: ConsoleRow) => ({ database: row['database'] ?? '', user: row['user'] ?? '' });
  for (const column of POOL_GAUGES) addGauge(registry, 'pools', column, pools, ofPool);
  const help = 'How long the first client in the queue has been waiting.';
  const waiting = gauge(registry, 'pools_client_maxwait_seconds', ['database', 'user'], help);
  for (const row of pools) {
    waiting.set(ofPool(row), numberOf(row['maxwait']) + numberOf(row['maxwait_us']) * MICROSECONDS);
  }
}

function addLists(registry: Registry, lists: readonly ConsoleRow[]): void {
  for (const { list, items } of lists) {
    const help = LISTS[list ?? ''];
    if (help !== undefined) gauge(registry, list ?? '', [], help).set(numberOf(items));
  }
}

type Labels = Record<string, string>;

function addGauge(
  registry: Registry,
  prefix: string,
  [column, name, factor, help]: Column,
  rows: readonly ConsoleRow[],
  labelsOf: (row: ConsoleRow) => Labels,
): void {
  const metric = gauge(registry, `${prefix}_${name}`, labelNamesOf(labelsOf), help);
  for (const row of rows) metric.set(labelsOf(row), numberOf(row[column]) * factor);
}

/** Counted by PgBouncer since it started: a restart begins at 0, as Prometheus expects of a counter. */
function addCounter(
  registry: Registry,
  prefix: string,
  [column, name, factor, help]: Column,
  rows: readonly ConsoleRow[],
  labelsOf: (row: ConsoleRow) => Labels,
): void {
  const labelNames = labelNamesOf(labelsOf);
  const metric = new Counter({ name: `pgbouncer_${prefix}_${name}`, help, labelNames, registers: [registry] });
  for (const row of rows) metric.inc(labelsOf(row), numberOf(row[column]) * factor);
}

function gauge(registry: Registry, name: string, labelNames: string[], help: string): Gauge {
  return new Gauge({ name: `pgbouncer_${name}`, help, labelNames, registers: [registry] });
}

function labelNamesOf(labelsOf: (row: ConsoleRow) => Labels): string[] {
  return Object.keys(labelsOf({}));
}

/** Not a number where PgBouncer has no such column: that is how a missing value looks to Prometheus. */
function numberOf(text: string | null | undefined): number {
  return text == null ? NaN : Number(text);
}
