import type { Request, RequestHandler } from 'express';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { METHODS } from '../observability/request-metrics.js';
import './locals.js';

/**
 * One log line and one observation per request, once it has ended. Both name the route by its pattern:
 * a URL would make a time series each, and carry what clients put into it.
 */
export function recordRequests(logger: Logger, metrics: Pick<Metrics, 'httpRequestDuration'>): RequestHandler {
  return (request, response, next) => {
    const started = process.hrtime.bigint();
    const { socket } = request;
    const bytesBefore = socket.bytesWritten;
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      // A refusal is answered as soon as it is written, however early the client then hangs up.
      const aborted = !response.writableFinished && response.statusCode < 400;
      const labels = {
        method: METHODS.includes(request.method) ? request.method : 'other',
        route: routePattern(request),
      };
      const statusClass = aborted ? 'aborted' : `${Math.floor(response.statusCode / 100)}xx`;
      metrics.httpRequestDuration.observe({ ...labels, status_class: statusClass }, seconds);
      logger.info('request', {
        ...labels,
        ...(aborted ? { aborted } : { status: response.statusCode }),
        ms: Math.round(seconds * 1e4) / 10,
        bytes: socket.bytesWritten - bytesBefore,
        requestId: response.locals.requestId,
        clientId: response.locals.clientId,
        apiKeyId: response.locals.apiKeyId,
        jobId: response.locals.jobId,
        code: response.locals.errorCode,
      });
    });
    next();
  };
}

function routePattern(request: Request): string {
  const route = request.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : 'unmatched';
}
