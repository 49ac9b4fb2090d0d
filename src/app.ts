import express, { type Express } from 'express';
import { ApiKeyRepository } from './clients/api-key-repository.js';
import type { Config } from './config.js';
import type { Executor } from './database/database.js';
import { ClientPlaces } from './events/client-places.js';
import { EventController, type EventControllerParts } from './events/event-controller.js';
import { EventRepository } from './events/event-repository.js';
import { addEventRoutes } from './events/event-routes.js';
import { JobWaits } from './events/job-waits.js';
import type { JobWatch } from './events/job-watch.js';
import { Semaphore } from './events/semaphore.js';
import { recordRequests } from './http/access-log.js';
import { refuseAmbiguous } from './http/ambiguous-requests.js';
import { identifyAsLocal, identifyByKey, requireClient } from './http/authentication.js';
import { allowOrigins } from './http/cors.js';
import { refuseForeignHosts, refuseForeignPages } from './http/foreign-pages.js';
import type { Health } from './http/health.js';
import { addOperationalRoutes } from './http/operational-routes.js';
import { answerErrors, refuseUnknownPath } from './http/problem.js';
import { limitRequests } from './http/rate-limit.js';
import { assignRequestId } from './http/request-id.js';
import { secureHeaders } from './http/secure-headers.js';
import { ExportSlots } from './jobs/export-slots.js';
import { HistoryController } from './jobs/history-controller.js';
import { Admissions } from './jobs/idempotency.js';
import { IdempotencyRepository } from './jobs/idempotency-repository.js';
import { JobController } from './jobs/job-controller.js';
import { JobRepository } from './jobs/job-repository.js';
import { addHistoryRoutes, addJobRoutes } from './jobs/job-routes.js';
import { JobService } from './jobs/job-service.js';
import { QueueLimit } from './jobs/queue-limit.js';
import { TransitionRecorder } from './jobs/transitions.js';
import type { Logger } from './observability/logger.js';
import type { Metrics } from './observability/metrics.js';
import { ResultController } from './results/result-controller.js';
import { ResultRepository } from './results/result-repository.js';
import { addResultRoutes } from './results/result-routes.js';
import type { InputStorage } from './storage/input-storage.js';

export interface AppParts {
  readonly config: Pick<
    Config,
    | 'allowedHosts'
    | 'auth'
    | 'corsOrigins'
    | 'environment'
    | 'inputDirs'
    | 'maxEventStreams'
    | 'maxEventStreamsPerClient'
    | 'maxFileBytes'
    | 'maxQueuedJobs'
    | 'rateLimit'
    | 'trustProxy'
    | 'urlAllowPrivate'
  > & {
    readonly database: Pick<Config['database'], 'poolSize'>;
  };
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Executor;
  readonly storage: InputStorage;
  readonly health: Pick<Health, 'report'>;
  readonly watch: JobWatch;
  readonly eventTimes?: Pick<EventControllerParts, 'heartbeatMs' | 'stallMs'>;
}

const MAX_EXPORTS = 2;

/** The HTTP API over its parts; it neither listens nor closes them. */
export function buildApp(parts: AppParts): Express {
  const { config, logger, metrics } = parts;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', config.trustProxy);
  app.use(assignRequestId, recordRequests(logger, metrics), secureHeaders, forbidCaching);
  app.use(refuseAmbiguous(), allowOrigins(config.corsOrigins));
  app.use(buildOpenRoutes(parts), ...admission(parts), buildRoutes(parts));
  app.use(refuseUnknownPath, answerErrors(logger));
  return app;
}

/** For everyone: what probes and monitoring ask for. */
function buildOpenRoutes({ config, health, metrics }: AppParts): express.Router {
  const router = express.Router();
  addOperationalRoutes(router, health, metrics, config.environment);
  return router;
}

/** Who calls, how often, and whether they may. */
function admission({ config, database }: AppParts): express.RequestHandler[] {
  const { allowedHosts, auth, corsOrigins } = config;
  const byKey = auth === 'api-key';
  return [
    ...(allowedHosts === undefined ? [] : [refuseForeignHosts(allowedHosts)]),
    ...(byKey ? [] : [refuseForeignPages(corsOrigins)]),
    byKey ? identifyByKey(new ApiKeyRepository(database)) : identifyAsLocal,
    limitRequests(config.rateLimit, byKey ? 'client' : 'address'),
    requireClient,
  ];
}

function buildRoutes(parts: AppParts): express.Router {
  const { config, logger, metrics, database, storage, watch } = parts;
  const { inputDirs, maxFileBytes, maxQueuedJobs, urlAllowPrivate } = config;
  const jobs = new JobRepository(database);
  const queueLimit = new QueueLimit({ jobs, max: maxQueuedJobs });
  const admissions = new Admissions(jobs, new IdempotencyRepository(database), queueLimit, logger);
  const events = new EventRepository(database);
  const transitions = new TransitionRecorder(logger, metrics);
  const rules = { queueLimit, inputDirs, urlAllowPrivate };
  const service = new JobService({ jobs, events, storage, transitions, metrics, logger, ...rules });
  // An export holds a connection: one at least stays for everything else.
  const slots = new ExportSlots(Math.max(1, Math.min(MAX_EXPORTS, config.database.poolSize - 1)));
  const router = express.Router();
  const waits = new JobWaits({ watch, places: placesFor(config), metrics });
  addJobRoutes(router, new JobController({ admissions, service, storage, maxFileBytes, waits, transitions }));
  addEventRoutes(router, buildEvents(parts));
  addHistoryRoutes(router, new HistoryController(jobs, slots));
  addResultRoutes(router, new ResultController(service, new ResultRepository(database)));
  return router;
}

function buildEvents({ config, database, metrics, watch, eventTimes }: AppParts): EventController {
  // A thousand streams may wake at once: half the pool stays for everything else.
  const reads = new Semaphore(Math.max(1, Math.floor(config.database.poolSize / 2)));
  const events = new EventRepository(database);
  return new EventController({ events, watch, reads, places: placesFor(config), metrics, ...eventTimes });
}

function placesFor({ maxEventStreams, maxEventStreamsPerClient }: AppParts['config']): ClientPlaces {
  return new ClientPlaces({ total: maxEventStreams, perClient: maxEventStreamsPerClient });
}

/** Jobs change, and are their client's alone: what may be kept says so itself. */
const forbidCaching: express.RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};
