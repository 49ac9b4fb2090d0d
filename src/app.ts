import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Config } from './config.js';
import type { Executor } from './database/database.js';
import { recordRequests } from './http/access-log.js';
import { identifyAsLocal } from './http/client-identity.js';
import type { Health } from './http/health.js';
import { addOperationalRoutes } from './http/operational-routes.js';
import { answerErrors, refuseUnknownPath } from './http/problem.js';
import { assignRequestId } from './http/request-id.js';
import { ExportSlots } from './jobs/export-slots.js';
import { HistoryController } from './jobs/history-controller.js';
import { JobController } from './jobs/job-controller.js';
import { JobRepository } from './jobs/job-repository.js';
import { addHistoryRoutes, addJobRoutes } from './jobs/job-routes.js';
import { JobService } from './jobs/job-service.js';
import type { Logger } from './observability/logger.js';
import type { Metrics } from './observability/metrics.js';
import { ResultController } from './results/result-controller.js';
import { ResultRepository } from './results/result-repository.js';
import { addResultRoutes } from './results/result-routes.js';
import type { InputStorage } from './storage/input-storage.js';

export interface AppParts {
  readonly config: Pick<Config, 'environment' | 'inputDirs' | 'maxFileBytes' | 'urlAllowPrivate'> & {
    readonly database: Pick<Config['database'], 'poolSize'>;
  };
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Executor;
  readonly storage: InputStorage;
  readonly health: Pick<Health, 'report'>;
}

const MAX_EXPORTS = 2;

/** The HTTP API over its parts; it neither listens nor closes them. */
export function buildApp(parts: AppParts): Express {
  const { logger, metrics } = parts;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(assignRequestId, recordRequests(logger, metrics), helmet(), forbidCaching, identifyAsLocal);
  app.use(buildRoutes(parts));
  app.use(refuseUnknownPath, answerErrors(logger));
  return app;
}

function buildRoutes({ config, logger, metrics, database, storage, health }: AppParts): express.Router {
  const { inputDirs, maxFileBytes, urlAllowPrivate } = config;
  const jobs = new JobRepository(database);
  const service = new JobService({ jobs, storage, inputDirs, urlAllowPrivate, metrics, logger });
  // An export holds a connection: one at least stays for everything else.
  const slots = new ExportSlots(Math.max(1, Math.min(MAX_EXPORTS, config.database.poolSize - 1)));
  const router = express.Router();
  addJobRoutes(router, new JobController({ service, storage, maxFileBytes }));
  addHistoryRoutes(router, new HistoryController(jobs, slots));
  addResultRoutes(router, new ResultController(service, new ResultRepository(database)));
  addOperationalRoutes(router, health, metrics, config.environment);
  return router;
}

/** Jobs change, and are their client's alone: what may be kept says so itself. */
const forbidCaching: express.RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};
