import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { AppError } from '../errors.js';
import type { Logger } from '../observability/logger.js';
import './locals.js';
import { answerUnread, hasUnreadBody } from './unread-body.js';
import { asAppError, isClientGone } from './request-errors.js';

/** RFC 9457, with the service's own members. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Path of the request, where it is known. */
  readonly instance?: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly requestId: string;
  /** Of invalid requests: which fields are wrong, and why. */
  readonly errors?: AppError['fields'];
}

export const PROBLEM_TYPE = 'application/problem+json';

/** For whatever no route answers. */
export const refuseUnknownPath: RequestHandler = () => {
  throw new AppError('E501', 'There is nothing at this address.');
};

/** The one place that turns errors into answers. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const { requestId } = response.locals;
    if (isClientGone(thrown)) {
      logger.debug('client gone', { requestId, error: thrown });
      response.destroy();
      return;
    }
    const error = asAppError(thrown);
    response.locals.errorCode = error.code;
    const { status } = error.definition;
    if (status >= 500) logger.error('request failed', { requestId, code: error.code, error });
    // What has been sent cannot be taken back; a broken connection tells that it is not the whole.
    if (response.headersSent) response.destroy();
    else sendProblem(request, response, error);
    void next;
  };
}

function sendProblem(request: Request, response: Response, error: AppError): void {
  const instance = request.originalUrl.split('?', 1)[0] ?? '';
  const body = Buffer.from(JSON.stringify(toProblem(error, { instance, requestId: response.locals.requestId })));
  response.status(error.definition.status).set({
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
  });
  if (error.retryAfterSeconds !== undefined) response.set('Retry-After', String(error.retryAfterSeconds));
  if (hasUnreadBody(request)) answerUnread(request, response, body);
  else response.end(body);
}

/** The problem document of an error. */
export function toProblem(error: AppError, about: Pick<Problem, 'instance' | 'requestId'>): Problem {
  const { status, title, retryable } = error.definition;
  const { instance, requestId } = about;
  return {
    ...error.extensions,
    type: `urn:docling-jobs:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    ...(instance !== undefined && { instance }),
    code: error.code,
    retryable,
    requestId,
    ...(error.fields.length > 0 && { errors: error.fields }),
  };
}
