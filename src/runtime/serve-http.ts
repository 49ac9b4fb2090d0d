import type { AddressInfo } from 'node:net';
import { buildApp } from '../app.js';
import { checkDatabase } from '../database/health.js';
import { Health, type HealthCheck } from '../http/health.js';
import { createHttpServer } from '../http/server.js';
import { closeServer, listen, urlOf } from './listening.js';
import type { Services } from './services.js';
import { watchJobs } from './watch-jobs.js';

/**
 * Serves the API on the host and port of the settings, until it is closed: then it takes, after a moment,
 * no more connections, lets running requests finish for a while, and cuts the rest off.
 *
 * @param checks what health looks at beside database and storage
 * @returns where it listens, as a URL without a path
 */
export async function serveHttp(services: Services, checks: readonly HealthCheck[] = []): Promise<string> {
  const { config, logger, metrics, database, storage, closing } = services;
  const health = new Health(
    [
      { name: 'database', critical: true, check: () => checkDatabase(database) },
      { name: 'storage', critical: true, check: () => storage.check() },
      ...checks,
    ],
    { logger },
  );
  const watch = watchJobs(services);
  const app = buildApp({ config, logger, metrics, database, storage, health, watch });
  const server = createHttpServer(app, { maxFileBytes: config.maxFileBytes, logger });
  await listen(server, { ...config.http, setting: 'PORT' });
  closing.addWork('server', () => closeServer(server, config.shutdownTimeoutMs));
  const url = urlOf(server.address() as AddressInfo);
  logger.info('listening', { url });
  if (config.auth === 'none' && config.allowedHosts === undefined) {
    logger.warn(
      'AUTH is none: whoever reaches this address is served, pages in browsers too unless ALLOWED_HOSTS is set',
    );
  }
  return url;
}
