import type { Router } from 'express';
import type { Config } from '../config.js';
import { IMPLEMENTATION } from '../conversion/package-info.js';
import type { Metrics } from '../observability/metrics.js';
import type { Health, HealthReport } from './health.js';
import { mount } from './openapi/operation.js';
import { showHealth, showLiveness, showMetrics, showReadiness } from './operational-operations.js';

export interface HealthView extends HealthReport {
  readonly version: string;
  readonly environment: Config['environment'];
  readonly uptimeSeconds: number;
}

/** What probes, monitoring and operators ask for. */
export function addOperationalRoutes(
  router: Router,
  health: Pick<Health, 'report'>,
  metrics: Pick<Metrics, 'registry'>,
  environment: Config['environment'],
): void {
  addProbeRoute(router);
  mount(router, showReadiness, async (_request, response) => {
    const { status } = await health.report();
    response.status(statusOf(status)).json({ status });
  });
  mount(router, showHealth, async (_request, response) => {
    const { status, dependencies } = await health.report();
    const view: HealthView = {
      status,
      version: IMPLEMENTATION.version,
      environment,
      uptimeSeconds: Math.round(process.uptime()),
      dependencies,
    };
    response.status(statusOf(status)).json(view);
  });
  addMetricsRoute(router, metrics);
}

/** Whether the process is alive: that it answers says so. */
export function addProbeRoute(router: Router): void {
  mount(router, showLiveness, (_request, response) => {
    response.json({ status: 'ok' } satisfies Pick<HealthView, 'status'>);
  });
}

/** Answers within a bounded time, whatever the database does: what is not known then is left out. */
export function addMetricsRoute(router: Router, metrics: Pick<Metrics, 'registry'>): void {
  mount(router, showMetrics, async (_request, response) => {
    const text = await metrics.registry.metrics();
    response.set('Content-Type', metrics.registry.contentType).send(text);
  });
}

function statusOf(status: HealthReport['status']): number {
  return status === 'unavailable' ? 503 : 200;
}
