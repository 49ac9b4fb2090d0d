import type { Executor, Row } from '../../database/database.js';

/** A table, column, index, constraint, trigger, function, type and the like, as `catalog/list-objects` describes it. */
export type SchemaObject = Row<'catalog/list-objects'>;

/** Everything in a database that migrations, roles and grants make, in order of kind and name. */
export function readSchema(executor: Pick<Executor, 'query'>): Promise<SchemaObject[]> {
  return executor.query('catalog/list-objects', []);
}
