import { dashboard, labels, percentile, ratio } from './dashboard.js';
import { bars, graph, stat } from './panels.js';

/** Without probes and scrapes, as the alert ApiErrors has it. */
const REQUESTS = 'docling_jobs_http_request_duration_seconds_count{cluster="$cluster", route!~".*/health.*|/metrics"}';
const ERRORS =
  'docling_jobs_http_request_duration_seconds_count{cluster="$cluster", status_class="5xx", route!~".*/health.*"}';
/** Calls that are short by intent, as the alert ApiSlow has them. */
const SHORT_CALLS =
  'docling_jobs_http_request_duration_seconds_bucket{cluster="$cluster", route=~"/api/v1/(history|jobs|jobs/:id/(results|cancel|retry))", status_class!="aborted"}';
const OF_INSTANCE = 'cluster="$cluster", instance=~"$instance"';
const SERVED = `docling_jobs_http_request_duration_seconds_bucket{${OF_INSTANCE}, status_class!="aborted", route!~".*/health.*|/metrics"}`;
const sumRate = (metric: string, range = '5m') => `sum by (cluster) (rate(${metric}[${range}]))`;

const health = [
  stat({
    title: 'Processes down',
    description: 'Web processes and workers that Prometheus gets no metrics from. Alert: TargetDown.',
    unit: 'short',
    query: 'sum(1 - up{cluster="$cluster", job=~"docling-jobs-.*"})',
    anyIsBad: true,
    zero: 'all up',
  }),
  stat({
    title: 'Requests that fail',
    description:
      'Share of requests answered with 5xx in the last 5 minutes, probes left out. Red as the alert ApiErrors.',
    unit: 'percentunit',
    query: ratio(sumRate(ERRORS), sumRate(REQUESTS)),
    alert: 'ApiErrors',
  }),
  stat({
    title: 'P95 of short calls',
    description:
      'Time in which 95 of 100 calls of the history, of results’ metadata, of cancelling and retrying were answered in the last 5 minutes. Orange as the alert ApiSlow.',
    unit: 's',
    query: `histogram_quantile(0.95, sum by (le) (rate(${SHORT_CALLS}[5m]))) >= 0`,
    alert: 'ApiSlow',
    none: 'no calls',
  }),
  stat({
    title: 'Oldest waiting job',
    description:
      'How long, beyond its due time, the job has waited that waits longest. Orange as the alert JobsWaitingTooLong.',
    unit: 's',
    query: 'max(docling_jobs_oldest_waiting_seconds{cluster="$cluster"})',
    alert: 'JobsWaitingTooLong',
  }),
  stat({
    title: 'Pool timeouts',
    description:
      'Statements and transactions that got no connection from their pool in the last 5 minutes. Red at the first one, as the alert DatabasePoolExhausted.',
    unit: 'short',
    query: 'sum(increase(docling_jobs_db_pool_timeouts_total{cluster="$cluster"}[5m]))',
    anyIsBad: true,
    zero: 'none',
  }),
  stat({
    title: 'Database certificate',
    description:
      'Time until the first certificate expires that PostgreSQL or PgBouncer shows the service. Orange as the alert DatabaseCertificateExpires. No value: the connection has no TLS.',
    unit: 's',
    query: 'min(docling_jobs_database_certificate_expiry_timestamp_seconds{cluster="$cluster"}) - time()',
    alert: 'DatabaseCertificateExpires',
    none: 'no TLS',
  }),
  stat({
    title: 'Incomplete scrapes',
    description:
      'Scrapes of the last 5 minutes that had to leave something out, since the database did not answer in time: what is shown here may be old.',
    unit: 'short',
    query: 'sum(increase(docling_jobs_scrape_errors_total{cluster="$cluster"}[5m]))',
    anyIsBad: true,
    zero: 'none',
  }),
  stat({
    title: 'Alerts firing',
    description: 'All alerts that fire, also those that no cluster is known of. What to do: docs/monitoring.md.',
    unit: 'short',
    query: 'count(ALERTS{alertstate="firing", cluster=~"$cluster|"}) or vector(0)',
    anyIsBad: true,
    zero: 'none',
  }),
];

const requests = [
  graph({
    title: 'Requests by outcome',
    description: 'Answers per second, by the class of their status; aborted: the client went away.',
    unit: 'reqps',
    stacked: true,
    queries: [
      [
        `sum by (status_class) (rate(docling_jobs_http_request_duration_seconds_count{${OF_INSTANCE}, route!~".*/health.*|/metrics"}[$__rate_interval]))`,
        '{{status_class}}',
      ],
    ],
  }),
  graph({
    title: 'Duration of short calls',
    description: 'Percentiles of the calls that ApiSlow looks at; the line is its limit for P95.',
    unit: 's',
    alert: 'ApiSlow',
    queries: [
      [percentile(0.5, SHORT_CALLS), 'P50'],
      [percentile(0.95, SHORT_CALLS), 'P95'],
      [percentile(0.99, SHORT_CALLS), 'P99'],
    ],
  }),
  graph({
    title: 'Requests that fail',
    description: 'Share of requests answered with 5xx; the line is the limit of ApiErrors.',
    unit: 'percentunit',
    alert: 'ApiErrors',
    queries: [[ratio(sumRate(ERRORS), sumRate(REQUESTS)), 'answered with 5xx']],
  }),
  graph({
    title: 'Requests by route',
    description: 'The ten routes that are asked most; no probes and no scrapes.',
    unit: 'reqps',
    queries: [
      [
        `topk(10, sum by (method, route) (rate(docling_jobs_http_request_duration_seconds_count{${OF_INSTANCE}, route!~".*/health.*|/metrics"}[$__rate_interval])))`,
        '{{method}} {{route}}',
      ],
    ],
  }),
  graph({
    title: 'P95 by route',
    description: 'Streams, exports and calls with `Prefer: wait` take as long as their client wants.',
    unit: 's',
    queries: [[percentile(0.95, SERVED, 'method, route'), '{{method}} {{route}}']],
  }),
  graph({
    title: 'Open streams and held requests',
    description:
      'Streams of events, and requests that wait for the end of a job. Each holds a socket, none a connection to the database.',
    unit: 'short',
    queries: [
      [`sum(docling_jobs_event_streams{${OF_INSTANCE}})`, 'event streams'],
      [`sum(docling_jobs_requests_held{${OF_INSTANCE}})`, 'held requests'],
    ],
  }),
];

const database = [
  graph({
    title: 'Connections of the pools',
    description: 'Summed over the processes shown. Waiting statements while all are in use: DatabasePoolExhausted.',
    unit: 'short',
    queries: [
      [`sum(docling_jobs_db_pool_in_use{${OF_INSTANCE}})`, 'in use'],
      [`sum(docling_jobs_db_pool_idle{${OF_INSTANCE}})`, 'idle'],
      [`sum(docling_jobs_db_pool_waiting{${OF_INSTANCE}})`, 'statements that wait'],
      [`sum(docling_jobs_db_pool_size{${OF_INSTANCE}})`, 'allowed'],
    ],
  }),
  graph({
    title: 'Wait for a connection, P95',
    description: 'By process. Long waits with a database that is not busy: DB_POOL_SIZE is too small.',
    unit: 's',
    queries: [
      [percentile(0.95, `docling_jobs_db_pool_acquire_seconds_bucket{${OF_INSTANCE}}`, 'instance'), '{{instance}}'],
    ],
  }),
  graph({
    title: 'Statements that fail',
    description: 'Per second, and those that got no connection. Names of failing statements are in the log.',
    unit: 'ops',
    queries: [
      [
        `sum(rate(docling_jobs_db_statement_duration_seconds_count{${OF_INSTANCE}, outcome="error"}[$__rate_interval])) or 0 * sum(rate(docling_jobs_db_statement_duration_seconds_count{${OF_INSTANCE}}[$__rate_interval]))`,
        'failed',
      ],
      [`sum(rate(docling_jobs_db_pool_timeouts_total{${OF_INSTANCE}}[$__rate_interval]))`, 'without a connection'],
    ],
  }),
  graph({
    title: 'Statements by name',
    description: 'The ten that run most; a name is its file below db/queries.',
    unit: 'ops',
    queries: [
      [
        `topk(10, sum by (statement) (rate(docling_jobs_db_statement_duration_seconds_count{${OF_INSTANCE}}[$__rate_interval])))`,
        '{{statement}}',
      ],
    ],
  }),
  graph({
    title: 'Statements by P95',
    description: 'The ten slowest, from sending to the answer: the network and PgBouncer count.',
    unit: 's',
    queries: [
      [
        `topk(10, ${percentile(0.95, `docling_jobs_db_statement_duration_seconds_bucket{${OF_INSTANCE}}`, 'statement')})`,
        '{{statement}}',
      ],
    ],
  }),
  bars({
    title: 'Time by statement',
    description:
      'Seconds per second that the service waits for each statement, over the last 5 minutes: what to make faster first.',
    unit: 'percentunit',
    query: `topk(10, sum by (statement) (rate(docling_jobs_db_statement_duration_seconds_sum{${OF_INSTANCE}}[5m])))`,
    legend: '{{statement}}',
  }),
];

const processes = [
  graph({
    title: 'Processor',
    description: 'Share of one core that each process uses. Converters run as children of a worker and do not count.',
    unit: 'percentunit',
    queries: [
      [`rate(process_cpu_seconds_total{${OF_INSTANCE}, job=~"docling-jobs-.*"}[$__rate_interval])`, '{{instance}}'],
    ],
  }),
  graph({
    title: 'Memory',
    description: 'Resident memory of each process, without the children of a worker.',
    unit: 'bytes',
    queries: [[`process_resident_memory_bytes{${OF_INSTANCE}, job=~"docling-jobs-.*"}`, '{{instance}}']],
  }),
  graph({
    title: 'Lag of the event loop, P99',
    description: 'How late timers ran. Above a tenth of a second something computes where it should not.',
    unit: 's',
    queries: [[`nodejs_eventloop_lag_p99_seconds{${OF_INSTANCE}}`, '{{instance}}']],
  }),
  graph({
    title: 'Open files',
    description: 'Files and sockets that each process has open.',
    unit: 'short',
    queries: [[`process_open_fds{${OF_INSTANCE}, job=~"docling-jobs-.*"}`, '{{instance}}']],
  }),
  graph({
    title: 'Uploads',
    description: 'Bytes per second of the documents that were uploaded and stored.',
    unit: 'Bps',
    queries: [[`sum(rate(docling_jobs_uploads_bytes_total{${OF_INSTANCE}}[$__rate_interval]))`, 'uploaded']],
  }),
  graph({
    title: 'Jobs accepted',
    description: 'Per second, by what was submitted: a file, or the address of one.',
    unit: 'ops',
    queries: [
      [
        `sum by (input_type) (rate(docling_jobs_jobs_created_total{${OF_INSTANCE}}[$__rate_interval]))`,
        '{{input_type}}',
      ],
    ],
  }),
];

/** The service as its clients see it, and as it sees its database. */
export const service = dashboard('service', {
  description: 'Requests, the pools of connections, statements, and the processes of docling-jobs.',
  variables: [labels('instance', 'Process', 'label_values(docling_jobs_db_pool_size{cluster="$cluster"}, instance)')],
  rows: [
    { title: 'Is it healthy? (the whole cluster)', panels: health },
    { title: 'Requests', panels: requests },
    { title: 'The database, as the service sees it', panels: database },
    { title: 'Processes', panels: processes },
  ],
});
