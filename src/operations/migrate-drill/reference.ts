import { migrateUp } from '../../database/migrator.js';
import { readMigrations } from '../../database/migration-files.js';
import { Session } from '../../database/session.js';
import { readSchema, type SchemaObject } from '../schema/read-schema.js';

/** What migrations make of an empty database. */
export interface Reference {
  /** After how many migrations, from none to all. */
  readonly schemas: readonly (readonly SchemaObject[])[];
  /** After all of them and the grants. */
  readonly final: readonly SchemaObject[];
}

/** Runs all migrations, one by one, in an empty database. */
export async function readReference(url: string, directory?: string): Promise<Reference> {
  const options = { directUrl: url, ...(directory !== undefined && { directory }) };
  const session = await Session.open(url, 'docling-jobs-drill');
  try {
    await session.query('migrations/create-table', []); // stays when all are undone
    const schemas = [await readSchema(session)];
    for (const { name } of await readMigrations(directory)) {
      await migrateUp(options, name);
      schemas.push(await readSchema(session));
    }
    await migrateUp(options);
    return { schemas, final: await readSchema(session) };
  } finally {
    await session.close();
  }
}
