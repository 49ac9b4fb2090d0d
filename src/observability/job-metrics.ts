import { CHILD_ENDINGS, type PoolStatus } from '../conversion/client/connection-pool.js';
import { EXPORT_FORMATS } from '../conversion/client/converter.js';
import { FORMAT_NAMES } from '../conversion/formats/registry.js';
import { isTerminal, isWaiting, JOB_STATUSES } from '../jobs/job-states.js';
import { STAGES } from '../processing/stage.js';
import type { MetricSet } from './metric-set.js';

const WORK_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];
/** A state may last for milliseconds or, in a queue, for days. */
const STATE_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400];

const TERMINAL = JOB_STATUSES.filter(isTerminal);
const RETRIES = JOB_STATUSES.filter((status) => isWaiting(status) && status !== 'PENDING');

/** The `format` of a conversion: one that is known, or `other`, since another converter may take more. */
export function formatLabel(format: string): string {
  return (FORMAT_NAMES as readonly string[]).includes(format) ? format : 'other';
}

/** What is known of all jobs, from the database: the same from each process. */
export function createQueueMetrics(set: MetricSet) {
  return {
    jobs: set.sampledGauge('each', {
      name: 'jobs',
      help: 'Jobs by status, of the whole database and exact. Each process tells the same: take the maximum, not the sum.',
      labels: { status: JOB_STATUSES },
    }),
    oldestWaiting: set.sampledGauge('each', {
      name: 'oldest_waiting_seconds',
      help:
        'For how long, beyond its due time, the job has been due that has waited longest; 0: none is due. Of the whole ' +
        'database: take the maximum.',
    }),
  };
}

/** What this process did to jobs. */
export function createJobMetrics(set: MetricSet) {
  return {
    jobsFinished: set.counter('each', {
      name: 'jobs_finished_total',
      help: 'Jobs that this process brought to a terminal status; those cancelled by a client count where it asked.',
      labels: { status: TERMINAL },
    }),
    stateDuration: set.histogram('each', {
      name: 'state_duration_seconds',
      help: 'Time that a job spent in a status, observed by the process that took it out of it.',
      labels: { status: JOB_STATUSES.filter((status) => !isTerminal(status)) },
      buckets: STATE_SECONDS,
    }),
    retries: set.counter('worker', {
      name: 'retries_total',
      help: 'Attempts that failed and are to be repeated, by the status that the job waits in.',
      labels: { status: RETRIES },
    }),
    jobsRescued: set.counter('worker', {
      name: 'jobs_rescued_total',
      help: 'Jobs that this process took from lost workers, by the status that they got.',
      labels: { status: ['RETRY_PENDING', 'RETRY_FAILED'] },
    }),
    leasesLost: set.counter('worker', {
      name: 'lease_lost_total',
      help: 'Attempts that were given up because the lease no longer held: the job was cancelled, deleted or rescued.',
    }),
    jobDuration: set.histogram('worker', {
      name: 'job_duration_seconds',
      help: 'Time from the claim of a job to the end of the attempt, by the status it ended in.',
      labels: { status: [...TERMINAL.filter((status) => status !== 'CANCELLED'), ...RETRIES] },
      buckets: WORK_SECONDS,
    }),
    jobStageDuration: set.histogram('worker', {
      name: 'job_stage_duration_seconds',
      help: 'Time that a stage of a job took.',
      labels: { stage: Object.keys(STAGES) },
      buckets: WORK_SECONDS,
    }),
    jobsRunning: set.gauge('worker', { name: 'jobs_running', help: 'Jobs that this process works at the moment.' }),
    resultsBytes: set.counter('worker', {
      name: 'results_bytes_total',
      help: 'Bytes of the results that were stored.',
      labels: { format: EXPORT_FORMATS },
    }),
  };
}

const CHILD_STATES = ['idle', 'busy', 'starting'] as const;

export function createConverterMetrics(set: MetricSet) {
  return {
    conversionDuration: set.histogram('worker', {
      name: 'conversion_duration_seconds',
      help: 'Time that the converter took for a document, by input format; its failures are those with outcome `error`.',
      labels: { format: [...FORMAT_NAMES, 'other'], outcome: ['ok', 'error'] },
      buckets: WORK_SECONDS,
    }),
    observeConverter: createChildGauge(set),
    childrenEnded: set.counter('worker', {
      name: 'converter_children_ended_total',
      help:
        'Children or sessions that ended and were replaced: `lost` died by themselves, `stopped` were killed in the middle ' +
        'of a document or did not answer, `worn` held on to too much memory, `spent` had done their number of documents, ' +
        '`unstarted` did not come up.',
      labels: { reason: CHILD_ENDINGS },
    }),
  };
}

/** Answers a function that has the children counted at every scrape from then on; to be called once. */
function createChildGauge(set: MetricSet): (status: () => Pick<PoolStatus, 'idle' | 'busy' | 'starting'>) => void {
  const gauge = set.sampledGauge('worker', {
    name: 'converter_children',
    help: 'Children of the converter, or sessions with another one; `starting` are also those that wait for their next try.',
    labels: { state: CHILD_STATES },
  });
  return (status) => {
    gauge.observe(() => CHILD_STATES.map((state) => ({ labels: { state }, value: status()[state] })));
  };
}
