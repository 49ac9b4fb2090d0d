import { Joi } from 'celebrate';

/** JSON Schema of one property, and whether it has to be there. */
export interface Property {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Adds to a validating schema what Joi cannot tell of it: keywords of JSON Schema for rules that are code. */
export function saying<S extends Joi.Schema>(schema: S, keywords: Readonly<Record<string, unknown>>): S {
  return schema.meta({ jsonSchema: keywords }) as S;
}

/** The properties that an object schema takes, as JSON Schema of draft 2020-12. */
export function propertiesOf(schema: Joi.ObjectSchema): Property[] {
  const { properties = {}, required = [] } = schema['~standard'].jsonSchema.input({
    target: 'draft-2020-12',
  }) as { properties?: Record<string, Record<string, unknown>>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    required: required.includes(name),
    schema: { ...withoutNull(collapse(property)), ...saidOf(schema.extract(name)) },
  }));
}

/** An object schema as JSON Schema. */
export function objectSchemaOf(schema: Joi.ObjectSchema): Readonly<Record<string, unknown>> {
  const properties = propertiesOf(schema);
  const required = properties.filter((property) => property.required).map(({ name }) => name);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(properties.map(({ name, schema }) => [name, schema])),
    additionalProperties: false,
  };
}

/** What the schema says beside its rules: `saying`, and its examples. */
function saidOf(schema: Joi.Schema): Record<string, unknown> {
  const { metas = [], examples } = schema.describe() as Joi.Description & { readonly examples?: unknown[] };
  const said = (metas as { readonly jsonSchema?: object }[]).map(({ jsonSchema }) => jsonSchema ?? {});
  return Object.assign({}, ...said, examples && { examples }) as Record<string, unknown>;
}

/** A conditional schema becomes one for each condition: of those that differ by a default alone, the one that has it. */
function collapse(schema: Record<string, unknown>): Record<string, unknown> {
  const { anyOf, ...others } = schema as { anyOf?: Record<string, unknown>[] };
  if (!anyOf) return schema;
  const shapes = new Set(anyOf.map((branch) => JSON.stringify({ ...branch, default: undefined })));
  const fullest = anyOf.find((branch) => 'default' in branch) ?? anyOf[0];
  return shapes.size === 1 ? { ...others, ...fullest } : schema;
}

/** Null stands for "not given" within the service; a request cannot send it. */
function withoutNull(schema: Record<string, unknown>): Record<string, unknown> {
  const { default: fallback, ...others } = schema;
  return fallback === null || fallback === undefined ? others : schema;
}
