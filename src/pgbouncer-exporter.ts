import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ConfigError } from './config.js';
import { errorCodeOf } from './errors.js';
import { PgBouncerExporter } from './observability/pgbouncer-exporter.js';
import { runProcess } from './runtime/run-process.js';

/** Only for a Prometheus on this machine, or what it puts before: the metrics are for nobody else. */
const HOST = '127.0.0.1';

await runProcess('pgbouncer-exporter', async ({ config, logger, closing }) => {
  const { statsUrl, exporterPort } = config.pgbouncer;
  if (statsUrl === undefined) {
    throw new ConfigError([
      'PGBOUNCER_STATS_URL is not set: it names PgBouncer’s console, as postgres://USER:PASSWORD@HOST:6432/pgbouncer',
    ]);
  }
  const server = new PgBouncerExporter(statsUrl, logger).createServer();
  try {
    server.listen(exporterPort, HOST);
    await once(server, 'listening');
  } catch (error) {
    if (errorCodeOf(error) !== 'EADDRINUSE') throw error;
    throw new ConfigError([`port ${exporterPort} is in use; set PGBOUNCER_EXPORTER_PORT to another one`]);
  }
  closing.addWork('server', async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  logger.info('listening', { url: `http://${HOST}:${port}/metrics` });
});
