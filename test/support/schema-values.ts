import fc from 'fast-check';
import { anyJson, text } from './hostile-values.js';

/** A JSON Schema as the document has it, references resolved. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** One code point in two units, one that no text may hold, and one that is written in two ways. */
const LETTERS = ['a', '😀', '\u0000', 'ｅ', 'e\u0301'];

/** Values at the limits that a schema sets and just beyond them, of its type and of others. */
export function valueFor(schema: Schema): fc.Arbitrary<unknown> {
  const said = [...(schema.enum ?? []), ...(schema.examples ?? []), ...('default' in schema ? [schema.default] : [])];
  const edges = schema.type === 'integer' || schema.type === 'number' ? numbersFor(schema) : textsFor(schema);
  return fc.oneof(
    ...(said.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom<unknown>(...said) }] : []),
    { weight: 3, arbitrary: fc.constantFrom<unknown>(...edges) },
    { weight: 1, arbitrary: anyJson },
  );
}

/** What a form or a query can hold of them. */
export function textFor(schema: Schema): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: valueFor(schema).map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    },
    { weight: 1, arbitrary: text },
  );
}

/** A part of a document with its references resolved; none refers to itself. */
export function deepResolve(document: object, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((item) => deepResolve(document, item));
  if (typeof part !== 'object' || part === null) return part;
  if ('$ref' in part) {
    const keys = String(part.$ref).slice(2).split('/');
    return deepResolve(
      document,
      keys.reduce<unknown>((parent, key) => (parent as Record<string, unknown>)[key], document),
    );
  }
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, deepResolve(document, value)]));
}

function numbersFor({ minimum = 0, maximum = 2 ** 31 }: Schema): number[] {
  const middle = Math.floor((minimum + maximum) / 2);
  return [minimum - 1, minimum, minimum + 0.5, middle, maximum, maximum + 1, -maximum, 2 ** 53, 1e300, -0];
}

function textsFor({ minLength = 0, maxLength = 255 }: Schema): string[] {
  const lengths = [minLength, Math.max(0, minLength - 1), maxLength, maxLength + 1];
  return LETTERS.flatMap((letter) => lengths.map((length) => letter.repeat(length)));
}
