import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { PoolState, StatementObservation } from '../database/database.js';

const PREFIX = 'docling_jobs_';

const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const STATEMENT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15];
const WORK_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];

export type Metrics = ReturnType<typeof createMetrics>;

/** The process's own metrics and those of Node, in a registry of their own. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...createRequestMetrics(registry),
    ...createWorkMetrics(registry),
    ...createDatabaseMetrics(registry),
  };
}

function createRequestMetrics(registry: Registry) {
  const registers = [registry];
  return {
    httpRequestDuration: new Histogram({
      name: `${PREFIX}http_request_duration_seconds`,
      help: 'Time from the arrival of a request to the end of its answer, by route pattern.',
      labelNames: ['method', 'route', 'status_class'] as const,
      buckets: HTTP_SECONDS,
      registers,
    }),
    uploadedBytes: new Counter({
      name: `${PREFIX}uploads_bytes_total`,
      help: 'Bytes of the documents that were uploaded and stored.',
      registers,
    }),
    jobsCreated: new Counter({
      name: `${PREFIX}jobs_created_total`,
      help: 'Jobs accepted, by input type.',
      labelNames: ['input_type'] as const,
      registers,
    }),
    eventStreams: new Gauge({
      name: `${PREFIX}event_streams`,
      help: 'Event streams that are open.',
      registers,
    }),
    requestsHeld: new Gauge({
      name: `${PREFIX}requests_held`,
      help: 'Requests that wait for the end of a job, as their clients prefer.',
      registers,
    }),
  };
}

function createWorkMetrics(registry: Registry) {
  const registers = [registry];
  return {
    jobsFinished: new Counter({
      name: `${PREFIX}jobs_finished_total`,
      help: 'Jobs that this process brought to a terminal status.',
      labelNames: ['status'] as const,
      registers,
    }),
    jobDuration: new Histogram({
      name: `${PREFIX}job_duration_seconds`,
      help: 'Time from the claim of a job to the end of the attempt, by the status it ended in.',
      labelNames: ['status'] as const,
      buckets: WORK_SECONDS,
      registers,
    }),
    jobStageDuration: new Histogram({
      name: `${PREFIX}job_stage_duration_seconds`,
      help: 'Time that a stage of a job took.',
      labelNames: ['stage'] as const,
      buckets: WORK_SECONDS,
      registers,
    }),
    jobsRunning: new Gauge({
      name: `${PREFIX}jobs_running`,
      help: 'Jobs that this process works at the moment.',
      registers,
    }),
    jobsRescued: new Counter({
      name: `${PREFIX}jobs_rescued_total`,
      help: 'Jobs that this process took from lost workers, by the status that they got.',
      labelNames: ['status'] as const,
      registers,
    }),
    leasesLost: new Counter({
      name: `${PREFIX}lease_lost_total`,
      help: 'Attempts that were given up because the lease no longer held.',
      registers,
    }),
    conversionDuration: new Histogram({
      name: `${PREFIX}conversion_duration_seconds`,
      help: 'Time that the converter took for a document, by input format.',
      labelNames: ['format', 'outcome'] as const,
      buckets: WORK_SECONDS,
      registers,
    }),
  };
}

function createDatabaseMetrics(registry: Registry) {
  const statementDuration = new Histogram({
    name: `${PREFIX}db_statement_duration_seconds`,
    help: 'Time from sending a statement to its answer, by the name of its file.',
    labelNames: ['statement', 'outcome'] as const,
    buckets: STATEMENT_SECONDS,
    registers: [registry],
  });
  return {
    statementDuration,
    /** What `Database` is given as `onStatement`. */
    observeStatement: ({ name, seconds, failed }: StatementObservation): void => {
      statementDuration.observe({ statement: name, outcome: failed ? 'error' : 'ok' }, seconds);
    },
    /** Reads the pool's state at every scrape from now on; to be called once. */
    observePool: (state: () => PoolState): void => {
      registerPoolGauges(registry, state);
    },
  };
}

function registerPoolGauges(registry: Registry, state: () => PoolState): void {
  const gauge = (name: string, help: string, read: (state: PoolState) => number) =>
    new Gauge({
      name: `${PREFIX}db_pool_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read(state()));
      },
    });
  gauge('size', 'Connections that the pool may hold.', ({ size }) => size);
  gauge('in_use', 'Connections that run a statement or a transaction.', ({ inUse }) => inUse);
  gauge('idle', 'Open connections that wait for work.', ({ idle }) => idle);
  gauge('waiting', 'Statements that wait for a connection.', ({ waiting }) => waiting);
}
