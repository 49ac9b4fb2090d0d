import { celebrate, Joi } from 'celebrate';
import type { RequestHandler } from 'express';
import { JOB_STATUSES } from '../jobs/job-states.js';
import { UUID } from '../uuid.js';
import './locals.js';

/** Control characters, and halves of characters, which are no text and which PostgreSQL refuses. */
const NO_TEXT = /[\p{Cc}\p{Cs}]/u;

/** How every part of a request is judged: all faults at once, in words without the field's name. */
const OPTIONS: Joi.ValidationOptions = {
  abortEarly: false,
  errors: { label: false },
  messages: { 'object.base': 'must be an object' },
};

const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 20;

/** Text of 1 to `max` characters, none of them a control character. */
export function text(max: number): Joi.StringSchema {
  return Joi.string().custom((value: string, { message }) => {
    if (NO_TEXT.test(value)) return message({ custom: 'must not contain control characters' });
    // PostgreSQL counts code points, not the halves of them that JavaScript counts.
    const tooLong = value.length > max && [...value].length > max;
    return tooLong ? message({ custom: `must not be longer than ${max} characters` }) : value;
  });
}

export const sessionIdSchema = text(255);
export const statusSchema = Joi.string().valid(...JOB_STATUSES);
export const pageSizeSchema = Joi.number().integer().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE);
/** Far longer than any cursor that the service gives out. */
export const cursorSchema = Joi.string().max(1_000);

/** Validates the query, unknown parameters included; at most one such handler per route. */
export function validateQuery<Query>(schema: Joi.ObjectSchema<Query>): RequestHandler<object, unknown, unknown, Query> {
  return celebrate<object, unknown, unknown, Query>({ query: schema }, OPTIONS);
}

/** Validates a JSON body as it is: nothing is converted, so that `"3"` is no number. */
export function validateBody(schema: Joi.Schema): RequestHandler[] {
  return [forgetPrototype, celebrate({ body: schema.required() }, { ...OPTIONS, convert: false })];
}

/** Validates the fields of a form, where everything arrives as text. Throws Joi's ValidationError. */
export function validateForm<T>(schema: Joi.ObjectSchema<T>, form: Readonly<Record<string, string>>): T {
  return Joi.attempt(withoutPrototype({ ...form }), schema, OPTIONS);
}

/** Validates the parameters of the path: one that is not valid names nothing that there is. */
export function validateParams(schema: Joi.ObjectSchema): RequestHandler {
  return celebrate({ params: schema }, OPTIONS);
}

/** For routes with `:id`: validates it, and notes which job the request is about. */
export const jobIdParam: RequestHandler[] = [
  validateParams(Joi.object({ id: Joi.string().pattern(UUID).lowercase() }).unknown()),
  noteJob,
];

/** For routes that take no query parameters. */
export const noQuery: RequestHandler = celebrate({ query: Joi.object({}) }, OPTIONS);

function forgetPrototype(...[request, , next]: Parameters<RequestHandler>): void {
  const body: unknown = request.body;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) withoutPrototype(body);
  next();
}

/** Joi copies by assignment: an ordinary object's field `__proto__` would become its copy's prototype, and pass unseen. */
function withoutPrototype<T extends object>(value: T): T {
  return Object.setPrototypeOf(value, null) as T;
}

function noteJob(...[request, response, next]: Parameters<RequestHandler>): void {
  const { id } = request.params;
  if (typeof id === 'string') response.locals.jobId = id;
  next();
}
