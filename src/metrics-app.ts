import express, { type Express } from 'express';
import { recordRequests } from './http/access-log.js';
import { refuseAmbiguous } from './http/ambiguous-requests.js';
import { addMetricsRoute, addProbeRoute } from './http/operational-routes.js';
import { answerErrors, refuseUnknownPath } from './http/problem.js';
import { assignRequestId } from './http/request-id.js';
import { secureHeaders } from './http/secure-headers.js';
import type { Logger } from './observability/logger.js';
import type { Metrics } from './observability/metrics.js';

export interface MetricsAppParts {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'registry' | 'httpRequestDuration'>;
}

/** What a process without an API answers: `/metrics` and `/health/live`, by the habits of the API. */
export function buildMetricsApp({ logger, metrics }: MetricsAppParts): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(assignRequestId, recordRequests(logger, metrics), secureHeaders, refuseAmbiguous());
  const router = express.Router();
  addProbeRoute(router);
  addMetricsRoute(router, metrics);
  app.use(router, refuseUnknownPath, answerErrors(logger));
  return app;
}
