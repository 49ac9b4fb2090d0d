import { createServer, type Server, type ServerResponse } from 'node:http';
import { readPgBouncerConsole, type ConsoleViews } from '../database/pgbouncer-console.js';
import type { Logger } from './logger.js';
import { pgBouncerMetrics } from './pgbouncer-metrics.js';

/** Less than Prometheus' usual 10 s: a PgBouncer that hangs is to be seen as down, and not the exporter. */
const CONSOLE_LIMIT_MS = 4_000;
const REQUEST_LIMIT_MS = 10_000;
const MAX_CONNECTIONS = 20;

/** Serves the state of one PgBouncer as `GET /metrics`. Asks it once for all scrapes of the same moment. */
export class PgBouncerExporter {
  private underWay: Promise<ConsoleViews | undefined> | undefined;
  private wasUp: boolean | undefined;

  /** @param url of PgBouncer's console, as one of its `stats_users` */
  constructor(
    private readonly url: string,
    private readonly logger: Logger,
    private readonly limitMs = CONSOLE_LIMIT_MS,
  ) {}

  /** A server that does not listen yet. */
  createServer(): Server {
    const server = createServer({ requestTimeout: REQUEST_LIMIT_MS, headersTimeout: REQUEST_LIMIT_MS });
    server.maxConnections = MAX_CONNECTIONS;
    return server.on('request', ({ method, url }, response) => {
      if ((method === 'GET' || method === 'HEAD') && url === '/metrics') void this.answer(response);
      else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Metrics are at /metrics.\n');
    });
  }

  private async answer(response: ServerResponse): Promise<void> {
    try {
      const registry = pgBouncerMetrics(await this.ask());
      const text = await registry.metrics();
      response.writeHead(200, { 'Content-Type': registry.contentType }).end(text);
    } catch (error) {
      this.logger.error('metrics of PgBouncer not served', { error });
      response.writeHead(500).end();
    }
  }

  private ask(): Promise<ConsoleViews | undefined> {
    this.underWay ??= this.read().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  /** Undefined when PgBouncer does not answer. Tells the log when that changes. */
  private async read(): Promise<ConsoleViews | undefined> {
    try {
      const views = await readPgBouncerConsole(this.url, this.limitMs);
      if (this.wasUp !== true) this.logger.info('PgBouncer answers');
      this.wasUp = true;
      return views;
    } catch (error) {
      if (this.wasUp !== false) this.logger.warn('PgBouncer does not answer', { error });
      this.wasUp = false;
      return undefined;
    }
  }
}
