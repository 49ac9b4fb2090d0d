import type { Router } from 'express';
import type { Config } from '../config.js';
import { IMPLEMENTATION } from '../conversion/package-info.js';
import type { Metrics } from '../observability/metrics.js';
import type { Health, HealthReport } from './health.js';
import { API } from './paths.js';
import { noQuery } from './validation.js';

/** What probes, monitoring and operators ask for. */
export function addOperationalRoutes(
  router: Router,
  health: Pick<Health, 'report'>,
  metrics: Pick<Metrics, 'registry'>,
  environment: Config['environment'],
): void {
  addProbeRoute(router);
  router.get(`${API}/health/ready`, noQuery, async (_request, response) => {
    const { status } = await health.report();
    response.status(statusOf(status)).json({ status });
  });
  router.get(`${API}/health`, noQuery, async (_request, response) => {
    const { status, dependencies } = await health.report();
    response.status(statusOf(status)).json({
      status,
      version: IMPLEMENTATION.version,
      environment,
      uptimeSeconds: Math.round(process.uptime()),
      dependencies,
    });
  });
  addMetricsRoute(router, metrics);
}

/** Whether the process is alive: that it answers says so. */
export function addProbeRoute(router: Router): void {
  router.get(`${API}/health/live`, noQuery, (_request, response) => {
    response.json({ status: 'ok' });
  });
}

/** Answers within a bounded time, whatever the database does: what is not known then is left out. */
export function addMetricsRoute(router: Router, metrics: Pick<Metrics, 'registry'>): void {
  router.get('/metrics', async (_request, response) => {
    const text = await metrics.registry.metrics();
    response.set('Content-Type', metrics.registry.contentType).send(text);
  });
}

function statusOf(status: HealthReport['status']): number {
  return status === 'unavailable' ? 503 : 200;
}
