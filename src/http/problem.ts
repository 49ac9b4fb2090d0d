import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { AppError, type ErrorCode, type ErrorDefinition } from '../errors.js';
import type { Logger } from '../observability/logger.js';
import './locals.js';
import { answerUnread, hasUnreadBody } from './unread-body.js';
import { asAppError, isClientGone } from './request-errors.js';

/** RFC 9457, with the service's own members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Path of the request as a URI, where it is known. */
  readonly instance?: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly requestId: string;
  /** Of invalid requests: which fields are wrong, and why. */
  readonly errors?: AppError['fields'];
}

/** What was meant for a success that did not come, and would be wrong beside a problem. */
const HEADERS_OF_SUCCESS = ['ETag', 'Idempotency-Replayed', 'Last-Modified', 'Link', 'Location', 'Preference-Applied'];
/** What no URI may hold as it is (RFC 3986), though Node takes it. */
const NOT_IN_A_URI = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~:/[\]@!$&'()*+,;=%]/g;

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
  const instance = (request.originalUrl.split('?', 1)[0] ?? '').replace(NOT_IN_A_URI, encodeURIComponent);
  const body = Buffer.from(JSON.stringify(toProblem(error, { instance, requestId: response.locals.requestId })));
  for (const name of HEADERS_OF_SUCCESS) response.removeHeader(name);
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
  return {
    ...error.extensions,
    ...problemOf(error.code, error.definition, { detail: error.message, ...about }),
    ...(error.fields.length > 0 && { errors: error.fields }),
  };
}

/** What every problem document has, in the order in which it is read. */
export function problemOf(
  code: ErrorCode,
  { status, title, retryable }: ErrorDefinition,
  { detail, instance, requestId }: Pick<Problem, 'detail' | 'instance' | 'requestId'>,
): Problem {
  return {
    type: `urn:docling-jobs:problem:${code}`,
    title,
    status,
    detail,
    ...(instance !== undefined && { instance }),
    code,
    retryable,
    requestId,
  };
}
