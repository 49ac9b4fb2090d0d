import { AppError } from '../errors.js';
import { AnswerLost, READ_ONLY, sqlStateOf } from './sqlstate.js';

/** The server undid the statement: serialisation failure, deadlock, no writes here. */
const UNDONE: readonly string[] = ['40001', '40P01', READ_ONLY];

/**
 * Whether a statement that ran by itself, in no transaction, is worth sending once more: it was undone,
 * or its connection was lost and repeating it does no harm. One that ran out of time is not: the next
 * would take as long.
 */
export function isWorthRepeating(error: unknown, repeatable: boolean): boolean {
  if (!(error instanceof AppError)) return false;
  if (UNDONE.includes(sqlStateOf(error.cause) ?? '')) return true;
  return repeatable && error instanceof AnswerLost && error.code === 'E401';
}
