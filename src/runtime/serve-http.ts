import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { buildApp } from '../app.js';
import { ConfigError, type Config } from '../config.js';
import { checkDatabase } from '../database/health.js';
import { errorCodeOf } from '../errors.js';
import { Health, type HealthCheck } from '../http/health.js';
import { createHttpServer } from '../http/server.js';
import type { Services } from './services.js';
import { watchJobs } from './watch-jobs.js';

/** Time for requests that are on their way when the end is called. */
const LAST_REQUESTS_MS = 500;

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
  await listen(server, config.http);
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

async function listen(server: Server, { port, host }: Config['http']): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const reasons: Record<string, string> = {
      EADDRINUSE: `port ${port} is in use; set PORT to another one, or to 0 for any`,
      EACCES: `port ${port} may not be used by this user; set PORT to one above 1023`,
      EADDRNOTAVAIL: `HOST is ${host}, which is no address of this machine`,
      ENOTFOUND: `HOST is ${host}, which is not known`,
    };
    const reason = reasons[errorCodeOf(error) ?? ''];
    throw reason ? new ConfigError([reason]) : error;
  }
}

/**
 * First it serves on for a moment, each connection for one more request: a request that was sent before
 * the balancer knew is on its way, and closing would reset a connection that has not brought it yet.
 */
async function closeServer(server: Server, limitMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  await delay(Math.min(LAST_REQUESTS_MS, limitMs));
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), limitMs);
  await closed;
  clearTimeout(timer);
}

function urlOf({ address, family, port }: AddressInfo): string {
  const anywhere = address === '0.0.0.0' || address === '::';
  const host = anywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
