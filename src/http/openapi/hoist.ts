import { Named } from './schema.js';

interface WithComponents {
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Moves everything that has a name below `components`, in the order of the names, and leaves references. */
export function hoist<Document extends WithComponents>(document: Document): Document {
  const found = new Map<string, Named>();
  const visit = (value: unknown): unknown => {
    if (value instanceof Named) {
      note(found, value, visit);
      return { $ref: pointerTo(value) };
    }
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member)]));
  };
  const visited = visit(document) as Document;
  const components: Record<string, Record<string, unknown>> = { ...visited.components };
  for (const pointer of [...found.keys()].sort()) {
    const { kind, name, value } = found.get(pointer) as Named;
    components[kind] = { ...components[kind], [name]: visit(value) };
  }
  return { ...visited, components };
}

function note(found: Map<string, Named>, named: Named, visit: (value: unknown) => unknown): void {
  const pointer = pointerTo(named);
  const known = found.get(pointer);
  if (known && JSON.stringify(known) !== JSON.stringify(named)) {
    throw new Error(`Two different parts of the document are called ${pointer}.`);
  }
  if (known) return;
  found.set(pointer, named);
  visit(named.value);
}

function pointerTo({ kind, name }: Named): string {
  return `#/components/${kind}/${name}`;
}
