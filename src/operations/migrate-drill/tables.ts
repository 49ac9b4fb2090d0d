import type { Row } from '../../database/database.js';
import type { Session } from '../../database/session.js';
import type { SchemaObject } from '../schema/read-schema.js';

/** Tables by their qualified names, each with its columns; without the migrator's own. */
export type Tables = ReadonlyMap<string, readonly string[]>;

export type Part = Row<'contents/hash-part'>;

/** A condition that leaves no row out. */
export const NO_ROWS = 'false';

export function tablesOf(schema: readonly SchemaObject[]): Tables {
  const columns = schema.filter(({ kind }) => kind === 'column').map(({ name }) => name);
  const tables = schema.filter(({ kind, name }) => kind === 'table' && name !== 'public.schema_migrations');
  return new Map(
    tables.map(({ name }) => [
      name,
      columns.filter((column) => column.startsWith(`${name}.`)).map((column) => column.slice(name.length + 1)),
    ]),
  );
}

/** Counts and hashes parts of tables; one that it knows already is not read again until `forget`. */
export class PartReader {
  private readonly known = new Map<string, Part>();

  constructor(private readonly session: Session) {}

  /** The given columns of the rows that `condition` does not leave out. */
  async read(table: string, columns: readonly string[], condition = NO_ROWS): Promise<Part> {
    const key = JSON.stringify([table, columns, condition]);
    const known = this.known.get(key);
    if (known) return known;
    const [part] = await this.session.transaction(async () => {
      await this.session.query('contents/fix-text', []);
      return this.session.query('contents/hash-part', [table, columns, condition]);
    }, 'transactions/begin-snapshot');
    if (!part) throw new Error(`${table} could not be counted`);
    this.known.set(key, part);
    return part;
  }

  /** To be called when these tables have changed, or any. */
  forget(tables?: readonly string[]): void {
    for (const key of this.known.keys()) {
      const [table] = JSON.parse(key) as [string];
      if (tables === undefined || tables.includes(table)) this.known.delete(key);
    }
  }
}
