import { dashboard, labels, percentile, ratio } from './dashboard.js';
import { bars, graph, stat } from './panels.js';

const CLUSTER = 'cluster="$cluster"';
const OF_WORKER = 'cluster="$cluster", instance=~"$worker"';
const FINAL = 'COMPLETE|PARTIAL_COMPLETE|FAILED|CANCELLED|RETRY_FAILED';
const increased = (metric: string) => `sum by (cluster) (increase(${metric}[15m]))`;
const FAILED = increased(`docling_jobs_jobs_finished_total{${CLUSTER}, status=~"FAILED|RETRY_FAILED"}`);
const ENDED = increased(`docling_jobs_jobs_finished_total{${CLUSTER}, status!="CANCELLED"}`);
const RETRIES = increased(`docling_jobs_retries_total{${CLUSTER}}`);
const FINISHED = increased(`docling_jobs_jobs_finished_total{${CLUSTER}}`);
const CANCELLED = increased(`docling_jobs_jobs_finished_total{${CLUSTER}, status="CANCELLED"}`);
const LEASES_LOST = increased(`docling_jobs_lease_lost_total{${CLUSTER}}`);
const RESCUED = increased(`docling_jobs_jobs_rescued_total{${CLUSTER}}`);

const health = [
  stat({
    title: 'Workers down',
    description: 'Workers that Prometheus gets no metrics from. Alert: TargetDown.',
    unit: 'short',
    query: `sum(1 - up{${CLUSTER}, job="docling-jobs-worker"})`,
    anyIsBad: true,
    zero: 'all up',
  }),
  stat({
    title: 'Oldest waiting job',
    description:
      'How long, beyond its due time, the job has waited that waits longest. Orange as the alert JobsWaitingTooLong.',
    unit: 's',
    query: `max(docling_jobs_oldest_waiting_seconds{${CLUSTER}})`,
    alert: 'JobsWaitingTooLong',
  }),
  stat({
    title: 'Jobs that fail',
    description:
      'Share of the jobs that ended in the last 15 minutes, cancelled ones left out. Orange as the alert JobsFailingOften, which needs more than 10 jobs.',
    unit: 'percentunit',
    query: ratio(FAILED, ENDED),
    alert: 'JobsFailingOften',
  }),
  stat({
    title: 'Retries per job',
    description:
      'Attempts of the last 15 minutes that failed and are repeated, per job that ended. Orange as the alert JobsRetriedOften, which needs more than 10 jobs.',
    unit: 'percentunit',
    query: ratio(RETRIES, FINISHED),
    alert: 'JobsRetriedOften',
  }),
  stat({
    title: 'Jobs rescued',
    description:
      'Taken in the last 15 minutes from workers without a sign of life. Orange as the alert JobsRescuedOften.',
    unit: 'short',
    query: RESCUED,
    alert: 'JobsRescuedOften',
  }),
  stat({
    title: 'Leases lost',
    description:
      'Attempts given up in the last 15 minutes since their lease no longer held, less the jobs that were cancelled. Orange as the alert LeasesLostOften.',
    unit: 'short',
    query: `clamp_min(${LEASES_LOST} - (${CANCELLED} or 0 * ${LEASES_LOST}), 0)`,
    alert: 'LeasesLostOften',
  }),
  stat({
    title: 'Waiting',
    description: 'Jobs that wait for their first attempt or for another one, due or not.',
    unit: 'short',
    query: `sum(max by (status) (docling_jobs_jobs{${CLUSTER}, status=~"PENDING|RETRY_(PENDING|UPLOAD|PROCESSING|EXPORT|SAVE)"}))`,
  }),
  stat({
    title: 'Running',
    description: 'Jobs that workers have at the moment.',
    unit: 'short',
    query: `sum(docling_jobs_jobs_running{${CLUSTER}})`,
  }),
];

const queue = [
  graph({
    title: 'Jobs under way, by status',
    description: 'Exact counts from the database. A growing PENDING: more is submitted than workers can do.',
    unit: 'short',
    stacked: true,
    queries: [[`max by (status) (docling_jobs_jobs{${CLUSTER}, status!~"${FINAL}"})`, '{{status}}']],
  }),
  graph({
    title: 'Accepted and ended',
    description: 'Jobs per second that were accepted, and that reached a final status.',
    unit: 'ops',
    queries: [
      [`sum(rate(docling_jobs_jobs_created_total{${CLUSTER}}[$__rate_interval]))`, 'accepted'],
      [`sum by (status) (rate(docling_jobs_jobs_finished_total{${CLUSTER}}[$__rate_interval]))`, '{{status}}'],
    ],
  }),
  graph({
    title: 'Oldest waiting job',
    description: 'The line is the limit of JobsWaitingTooLong.',
    unit: 's',
    alert: 'JobsWaitingTooLong',
    queries: [[`max(docling_jobs_oldest_waiting_seconds{${CLUSTER}})`, 'oldest']],
  }),
  graph({
    title: 'Time in a status, P95',
    description: 'How long jobs stayed in the status that they just left. PENDING is the wait for a worker.',
    unit: 's',
    queries: [[percentile(0.95, `docling_jobs_state_duration_seconds_bucket{${CLUSTER}}`, 'status'), '{{status}}']],
  }),
  graph({
    title: 'Jobs that fail',
    description: 'Share of the jobs that ended in 15 minutes; the line is the limit of JobsFailingOften.',
    unit: 'percentunit',
    alert: 'JobsFailingOften',
    queries: [[ratio(FAILED, ENDED), 'failed']],
  }),
  bars({
    title: 'Jobs kept, by final status',
    description: 'All jobs of the database that ended and were not deleted yet.',
    unit: 'short',
    query: `sort_desc(max by (status) (docling_jobs_jobs{${CLUSTER}, status=~"${FINAL}"}))`,
    legend: '{{status}}',
  }),
];

const work = [
  graph({
    title: 'Duration of an attempt',
    description: 'From the claim of a job to the end of the attempt, whatever its end.',
    unit: 's',
    queries: [0.5, 0.95, 0.99].map((share) => [
      percentile(share, `docling_jobs_job_duration_seconds_bucket{${OF_WORKER}}`),
      `P${share * 100}`,
    ]),
  }),
  graph({
    title: 'Stages, P95',
    description:
      'Which part of an attempt takes the time. `conversion` is bound by processors, the others by storage and database.',
    unit: 's',
    queries: [[percentile(0.95, `docling_jobs_job_stage_duration_seconds_bucket{${OF_WORKER}}`, 'stage'), '{{stage}}']],
  }),
  graph({
    title: 'Running jobs, by worker',
    description: 'At WORKER_CONCURRENCY a worker is full; if all are while jobs wait, add workers.',
    unit: 'short',
    stacked: true,
    queries: [[`docling_jobs_jobs_running{${OF_WORKER}}`, '{{instance}}']],
  }),
  graph({
    title: 'Retries',
    description:
      'Attempts per second that failed and are to be repeated, by the status that the job waits in: it names the stage.',
    unit: 'ops',
    queries: [[`sum by (status) (rate(docling_jobs_retries_total{${OF_WORKER}}[$__rate_interval]))`, '{{status}}']],
  }),
  graph({
    title: 'Rescued jobs',
    description: 'In the last 15 minutes; the line is the limit of JobsRescuedOften.',
    unit: 'short',
    alert: 'JobsRescuedOften',
    queries: [[RESCUED, 'rescued']],
  }),
  graph({
    title: 'Lost leases',
    description: 'In the last 15 minutes, less cancelled jobs; the line is the limit of LeasesLostOften.',
    unit: 'short',
    alert: 'LeasesLostOften',
    queries: [[`clamp_min(${LEASES_LOST} - (${CANCELLED} or 0 * ${LEASES_LOST}), 0)`, 'lost']],
  }),
];

const conversion = [
  graph({
    title: 'Conversions, by format',
    description: 'Documents per second that the converter took on, by input format.',
    unit: 'ops',
    stacked: true,
    queries: [
      [
        `sum by (format) (rate(docling_jobs_conversion_duration_seconds_count{${OF_WORKER}}[$__rate_interval]))`,
        '{{format}}',
      ],
    ],
  }),
  graph({
    title: 'Duration of a conversion, P95',
    description: 'By input format, failed ones too.',
    unit: 's',
    queries: [
      [percentile(0.95, `docling_jobs_conversion_duration_seconds_bucket{${OF_WORKER}}`, 'format'), '{{format}}'],
    ],
  }),
  graph({
    title: 'Conversions that fail',
    description: 'Documents per second, by format: broken ones of a client, or a converter that does not work.',
    unit: 'ops',
    queries: [
      [
        `sum by (format) (rate(docling_jobs_conversion_duration_seconds_count{${OF_WORKER}, outcome="error"}[$__rate_interval]))`,
        '{{format}}',
      ],
    ],
  }),
  graph({
    title: 'Children of the converter',
    description: 'All `busy` while jobs wait: a worker that has processors left may have more of them.',
    unit: 'short',
    stacked: true,
    queries: [[`sum by (state) (docling_jobs_converter_children{${OF_WORKER}})`, '{{state}}']],
  }),
  graph({
    title: 'Children that ended',
    description:
      'Per second. `spent` is the plan; `lost`, `stopped` and `unstarted` are documents that are too much, or too little memory.',
    unit: 'ops',
    queries: [
      [
        `sum by (reason) (rate(docling_jobs_converter_children_ended_total{${OF_WORKER}}[$__rate_interval]))`,
        '{{reason}}',
      ],
    ],
  }),
  graph({
    title: 'Results stored',
    description: 'Bytes per second, by format.',
    unit: 'Bps',
    queries: [
      [`sum by (format) (rate(docling_jobs_results_bytes_total{${OF_WORKER}}[$__rate_interval]))`, '{{format}}'],
    ],
  }),
];

/** The queue, the workers and the converter. */
export const jobs = dashboard('jobs', {
  description: 'What waits, what runs, how long it takes and how it ends.',
  variables: [labels('worker', 'Worker', 'label_values(docling_jobs_jobs_running{cluster="$cluster"}, instance)')],
  rows: [
    { title: 'Is it healthy? (the whole cluster)', panels: health },
    { title: 'The queue (the whole cluster)', panels: queue },
    { title: 'Attempts', panels: work },
    { title: 'Conversion and results', panels: conversion },
  ],
});
