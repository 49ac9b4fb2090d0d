import type { AddressInfo } from 'node:net';
import { buildMetricsApp } from '../metrics-app.js';
import { ConfigError } from '../config.js';
import { createHttpServer } from '../http/server.js';
import { closeServer, listen, urlOf } from './listening.js';
import type { Services } from './services.js';

/** Where Prometheus looks by default for what the OpenTelemetry exporter shows, too. */
const USUAL_PORT = 9464;
/** A scrape that is under way may end. */
const CLOSE_LIMIT_MS = 2_000;

/**
 * Serves `/metrics` and the probe of a process that has no API. Where no port was asked for and the usual one is
 * taken, as by another worker of the same machine, it says so and serves none: work that is not measured is
 * better than none.
 *
 * @returns where it listens, as a URL without a path; undefined: nowhere
 * @throws ConfigError when the port that the settings name cannot be had
 */
export async function serveMetrics({ config, logger, metrics, closing }: Services): Promise<string | undefined> {
  const { metricsPort, host } = config.http;
  const server = createHttpServer(buildMetricsApp({ logger, metrics }), { maxFileBytes: 0, logger });
  try {
    await listen(server, { port: metricsPort ?? USUAL_PORT, host, setting: 'METRICS_PORT' });
  } catch (error) {
    if (metricsPort !== undefined || !(error instanceof ConfigError)) throw error;
    logger.warn('metrics are not served', { reason: error.problems.join('; ') });
    return undefined;
  }
  closing.addWork('metrics', () => closeServer(server, CLOSE_LIMIT_MS));
  const url = urlOf(server.address() as AddressInfo);
  logger.info('serving metrics', { url });
  return url;
}
