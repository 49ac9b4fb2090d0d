import type { SchemaObject } from './read-schema.js';

const ASPECTS = ['definition', 'owner', 'rights', 'comment'] as const;

export interface SchemaDifference {
  readonly kind: string;
  /** Qualified, such as `public.jobs.status` for a column. */
  readonly name: string;
  readonly change: 'missing' | 'extra' | 'changed';
  /** What of it is another; empty unless it was changed. */
  readonly aspects: readonly SchemaAspect[];
}

export interface SchemaAspect {
  readonly aspect: (typeof ASPECTS)[number];
  readonly expected: string | null;
  readonly actual: string | null;
}

/** What has to be done to `actual` to make it `expected`, in order of kind and name; nothing when they are equal. */
export function compareSchemas(expected: readonly SchemaObject[], actual: readonly SchemaObject[]): SchemaDifference[] {
  const found = new Map(actual.map((object) => [keyOf(object), object]));
  const known = new Set(expected.map(keyOf));
  const differences = expected.flatMap((object) => compareObject(object, found.get(keyOf(object))));
  const extra = actual
    .filter((object) => !known.has(keyOf(object)))
    .map(({ kind, name }) => ({ kind, name, change: 'extra', aspects: [] }) as const);
  return [...differences, ...extra].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

/** One line for people. */
export function describeDifference({ kind, name, change, aspects }: SchemaDifference): string {
  const details = aspects.map(({ aspect, expected, actual }) => `${aspect} is ${show(actual)}, not ${show(expected)}`);
  return [`${kind} ${name} ${change === 'changed' ? 'differs' : `is ${change}`}`, ...details].join(': ');
}

function compareObject(expected: SchemaObject, actual: SchemaObject | undefined): SchemaDifference[] {
  const { kind, name } = expected;
  if (!actual) return [{ kind, name, change: 'missing', aspects: [] }];
  const aspects = ASPECTS.filter((aspect) => expected[aspect] !== actual[aspect]).map((aspect) => ({
    aspect,
    expected: expected[aspect],
    actual: actual[aspect],
  }));
  return aspects.length === 0 ? [] : [{ kind, name, change: 'changed', aspects }];
}

function keyOf({ kind, name }: Pick<SchemaObject, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

function show(value: string | null): string {
  return value === null ? 'none' : JSON.stringify(value);
}
