/** A JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1; a named one stands for itself by reference. */
export type Schema = Named | Readonly<Record<string, unknown>>;

/** A part of the document that is written once, below `components`, and referred to wherever it is used. */
export class Named {
  constructor(
    readonly kind: 'schemas' | 'parameters' | 'headers' | 'responses' | 'examples',
    readonly name: string,
    readonly value: Readonly<Record<string, unknown>>,
  ) {}
}

export function namedSchema(name: string, schema: Readonly<Record<string, unknown>>): Named {
  return new Named('schemas', name, schema);
}

/**
 * An object as the service sends it: every property, and no less. Typed by the view that is sent, so that a
 * property cannot be added to the one and forgotten in the other.
 */
export function objectOf<View>(
  properties: { readonly [Key in keyof View]-?: Schema },
  { optional = [] }: { readonly optional?: readonly (keyof View)[] } = {},
) {
  const required = Object.keys(properties).filter((name) => !(optional as readonly string[]).includes(name));
  return { type: 'object', required, properties } as const;
}

/** The same, or null. */
export function nullable(schema: Schema): Schema {
  if (schema instanceof Named || typeof schema['type'] !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [schema['type'], 'null'] };
}

export function listOf(items: Schema, more: Readonly<Record<string, unknown>> = {}): Schema {
  return { type: 'array', items, ...more };
}

export const dateTime = { type: 'string', format: 'date-time' } as const;
export const uuid = { type: 'string', format: 'uuid' } as const;
export const count = { type: 'integer', minimum: 0 } as const;
export const text = { type: 'string' } as const;
/** A path and query, to be resolved against the address of the service. */
export const reference = { type: 'string', format: 'uri-reference' } as const;
