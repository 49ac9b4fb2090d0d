import { compareSchemas, describeDifference } from '../schema/compare-schemas.js';
import type { SchemaObject } from '../schema/read-schema.js';
import { toRestoredForm } from '../schema/restored-form.js';

/** One line for people about each difference, whether or not one of the two was dumped and restored. */
export function schemaDifferences(expected: readonly SchemaObject[], actual: readonly SchemaObject[]): string[] {
  return compareSchemas(expected.map(toRestoredForm), actual.map(toRestoredForm)).map(describeDifference);
}
