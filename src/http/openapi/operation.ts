import type { Joi } from 'celebrate';
import type { Request, RequestHandler, Router } from 'express';
import type { ErrorCase, ErrorCode } from '../../errors.js';
import { noQuery, noteJob, validateParams, validateQuery } from '../validation.js';
import type { Named, Schema } from './schema.js';

/** An error that an operation answers with: a code of the registry, or one of its cases. */
export type Refusal = ErrorCode | `E502.${ErrorCase}` | `E802.${ErrorCase}`;

/** One media type of a body. */
export interface Content {
  readonly schema: Schema;
  /** By name; each is sent to a running service by a test, or held against the schema. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Of a stream: what each of its items is. */
  readonly items?: Schema;
}

export interface Answer {
  readonly description: string;
  /** Beside those that every answer carries; by their names. */
  readonly headers?: Readonly<Record<string, Named>>;
  /** By media type; none: the answer has no body. */
  readonly content?: Readonly<Record<string, Content>>;
}

/**
 * One call of the API: what a request may bring, and all that it may be answered with. The route is mounted with
 * it, its schemas validate, and the OpenAPI document is made of it.
 */
export interface Operation<Params = object, Query = Request['query']> {
  readonly method: 'get' | 'post' | 'delete';
  /** As Express has it, `:id` and all. */
  readonly path: string;
  /** Unique; clients that are generated call the operation so. */
  readonly id: string;
  readonly tag: Tag;
  /** A few words. */
  readonly summary: string;
  /** CommonMark. */
  readonly description?: string;
  /** For everyone: no key is asked for, and no request counted. */
  readonly open?: true;
  readonly params?: Joi.ObjectSchema<Params>;
  /** None: the operation takes no query. `ignored`: whatever comes is passed over. */
  readonly query?: Joi.ObjectSchema<Query> | 'ignored';
  /** Headers of the request that this operation looks at. */
  readonly headers?: readonly Named[];
  /** Of the request, by media type. */
  readonly body?: Readonly<Record<string, Content>>;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those that every operation may answer with. */
  readonly refusals?: readonly Refusal[];
}

/** Whatever its parameters are. */
export type AnyOperation = Operation<unknown, unknown>;

export type Tag = 'Jobs' | 'History' | 'Results' | 'Events' | 'Operation';

/** Mounts an operation: its parameters are validated before the handlers see them. */
export function mount<Params, Query, Body>(
  router: Router,
  operation: Operation<Params, Query>,
  ...handlers: RequestHandler<Params, unknown, Body, Query>[]
): void {
  router[operation.method](operation.path, ...checks(operation), ...(handlers as unknown as RequestHandler[]));
}

function checks({ params, query }: AnyOperation): RequestHandler[] {
  return [
    ...(params ? [validateParams(params), noteJob] : []),
    ...(query === 'ignored' ? [] : [query ? validateQuery(query) : noQuery]),
  ] as RequestHandler[];
}
