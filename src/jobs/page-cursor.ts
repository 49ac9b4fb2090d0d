import { createHash } from 'node:crypto';
import { Joi } from 'celebrate';
import { AppError } from '../errors.js';
import type { Position } from './job-repository.js';

const VERSION = 1;

/** PostgreSQL's text of a timestamp, microseconds and all: `2026-01-31 10:20:30.123456+00`. */
const TIMESTAMP =
  /^((?!0000)\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d){0,2}$/;

/** Only the form that every reader takes alike: Joi's `guid` lets forms through that PostgreSQL refuses. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const payloadSchema = Joi.array()
  .ordered(
    Joi.number().valid(VERSION).required(),
    Joi.string().required(),
    Joi.string().custom(requireTimestamp).required(),
    Joi.string().pattern(UUID).required(),
  )
  .required();

/**
 * An opaque cursor for the page after `position`. `scope` names the list and its filters; the cursor is
 * refused with any others.
 */
export function encodeCursor(scope: readonly unknown[], { createdAt, id }: Position): string {
  return Buffer.from(JSON.stringify([VERSION, digest(scope), createdAt, id])).toString('base64url');
}

/** @throws AppError E801 when the cursor is not one of ours, is of another version, or belongs to other filters. */
export function decodeCursor(scope: readonly unknown[], cursor: string): Position {
  const { error, value } = payloadSchema.validate(parse(cursor), { convert: false });
  if (error) throw invalid('is not a cursor that this service gave out');
  const [, cursorScope, createdAt, id] = value as [number, string, string, string];
  if (cursorScope !== digest(scope)) throw invalid('belongs to a query with other filters');
  return { createdAt, id };
}

/** A forged cursor must not reach the database with a day that no calendar has. */
function requireTimestamp(text: string): string {
  const day = TIMESTAMP.exec(text)?.[1];
  const date = new Date(`${day ?? ''}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(`${day}T`)) throw new Error('not a timestamp');
  return text;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function digest(scope: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(scope)).digest('base64url').slice(0, 12);
}

function invalid(reason: string): AppError {
  return new AppError('E801', 'The cursor is not valid.', { fields: [{ field: 'cursor', reason }] });
}
