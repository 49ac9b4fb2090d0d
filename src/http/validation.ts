import { celebrate, Joi } from 'celebrate';
import type { RequestHandler } from 'express';
import { JOB_STATUSES } from '../jobs/job-states.js';
import { UUID } from '../uuid.js';
import './locals.js';
import { saying } from './openapi/joi-schema.js';

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
  const schema = Joi.string().custom((value: string, { message }) => {
    if (NO_TEXT.test(value)) return message({ custom: 'must not contain control characters' });
    // PostgreSQL counts code points, as JSON Schema does, not the halves of them that JavaScript counts.
    const tooLong = value.length > max && [...value].length > max;
    return tooLong ? message({ custom: `must not be longer than ${max} characters` }) : value;
  });
  return saying(schema, { maxLength: max, pattern: '^[^\\p{Cc}\\p{Cs}]*$' });
}

export const sessionIdSchema = text(255)
  .description('The caller’s own name for what belongs together; its history is read by it.')
  .example('invoices-2026');
export const statusSchema = Joi.string()
  .valid(...JOB_STATUSES)
  .description('Only jobs in this status.')
  .example('COMPLETE');
export const pageSizeSchema = Joi.number()
  .integer()
  .min(1)
  .max(MAX_PAGE_SIZE)
  .default(DEFAULT_PAGE_SIZE)
  .description('Jobs of a page.')
  .example(20);
/** Far longer than any cursor that the service gives out. */
export const cursorSchema = Joi.string()
  .max(1_000)
  .description('`nextCursor` of the page before, with the same other parameters.');
/** The id of a job in a path. */
export const jobIdSchema = Joi.string()
  .pattern(UUID)
  .lowercase()
  .required()
  .description('The job’s id.')
  .example('0192d3f4-0000-7abc-8def-000000000001');

/** Parameters of the path of whatever is about one job. */
export const jobParams = Joi.object<{ id: string }>({ id: jobIdSchema });

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

/** For routes that take no query parameters. */
export const noQuery: RequestHandler = celebrate({ query: Joi.object({}) }, OPTIONS);

/** Notes which job a request is about that has one in its path. */
export const noteJob: RequestHandler = ({ params: { id } }, response, next) => {
  if (typeof id === 'string') response.locals.jobId = id;
  next();
};

function forgetPrototype(...[request, , next]: Parameters<RequestHandler>): void {
  const body: unknown = request.body;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) withoutPrototype(body);
  next();
}

/** Joi copies by assignment: an ordinary object's field `__proto__` would become its copy's prototype, and pass unseen. */
function withoutPrototype<T extends object>(value: T): T {
  return Object.setPrototypeOf(value, null) as T;
}
