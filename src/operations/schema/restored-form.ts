import type { SchemaObject } from './read-schema.js';

const TEXT = String.raw`'(?:[^']|'')*'::character varying`;
const CAST_ARRAY = new RegExp(String.raw`\(ARRAY\[(${TEXT}(?:, ${TEXT})*)\]\)::text\[\]`, 'g');
const ELEMENT = new RegExp(TEXT, 'g');

/**
 * An object as it reads once it was dumped and restored. `column IN ('a', 'b')` of a varchar column is kept as an
 * array that is cast as a whole, is dumped so, and is read back with a cast for each element: PostgreSQL
 * writes the same condition in two ways. From then on it stays as it is.
 */
export function toRestoredForm(object: SchemaObject): SchemaObject {
  const definition = object.definition.replace(
    CAST_ARRAY,
    (_, elements: string) => `ARRAY[${elements.replace(ELEMENT, (element) => `(${element})::text`)}]`,
  );
  return { ...object, definition };
}
