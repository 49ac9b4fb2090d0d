import type { MetricSet } from './metric-set.js';

const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What the API is called with; Node knows some thirty more, which would make time series of nothing. */
export const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'];

export function createRequestMetrics(set: MetricSet) {
  return {
    httpRequestDuration: set.histogram('each', {
      name: 'http_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its answer.',
      labels: {
        method: [...METHODS, 'other'],
        route: 'the pattern of a route, or `unmatched`',
        status_class: ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'],
      },
      buckets: HTTP_SECONDS,
    }),
    uploadedBytes: set.counter('web', {
      name: 'uploads_bytes_total',
      help: 'Bytes of the documents that were uploaded and stored.',
    }),
    jobsCreated: set.counter('web', {
      name: 'jobs_created_total',
      help: 'Jobs accepted.',
      labels: { input_type: ['FILE', 'URL'] },
    }),
    eventStreams: set.gauge('web', { name: 'event_streams', help: 'Event streams that are open.' }),
    requestsHeld: set.gauge('web', {
      name: 'requests_held',
      help: 'Requests that wait for the end of a job, as their clients prefer.',
    }),
  };
}
