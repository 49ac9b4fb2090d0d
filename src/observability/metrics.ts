import { collectDefaultMetrics } from 'prom-client';
import { createDatabaseMetrics } from './database-metrics.js';
import { createConverterMetrics, createJobMetrics, createQueueMetrics } from './job-metrics.js';
import { MetricSet } from './metric-set.js';
import { createRequestMetrics } from './request-metrics.js';

export type Metrics = ReturnType<typeof createMetrics>;

/** The process's own metrics and those of Node, in a registry of their own. */
export function createMetrics() {
  const set = new MetricSet();
  collectDefaultMetrics({ register: set.registry });
  return {
    registry: set.registry,
    /** All but those of Node, in the order of the documentation. */
    descriptions: set.descriptions,
    ...createQueueMetrics(set),
    ...createJobMetrics(set),
    ...createConverterMetrics(set),
    ...createRequestMetrics(set),
    ...createDatabaseMetrics(set),
  };
}
