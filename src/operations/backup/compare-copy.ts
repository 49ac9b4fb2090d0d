import type { Session } from '../../database/session.js';
import { compareContents } from '../contents/compare-contents.js';
import { readContents } from '../contents/read-contents.js';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.js';
import { readSchema, type SchemaObject } from '../schema/read-schema.js';
import { toRestoredForm } from '../schema/restored-form.js';
import type { Restorer } from './copies.js';
import type { Manifest } from './manifest.js';

/**
 * What of a restored copy is not as the manifest says, each as a sentence; none when it is the same database.
 *
 * @param session in the copy
 */
export async function compareCopy(
  session: Session,
  name: string,
  manifest: Manifest,
  restorer: Restorer,
): Promise<string[]> {
  return session.transaction(async () => {
    const properties = await compareProperties(session, name, manifest.properties);
    const inReach = (objects: readonly SchemaObject[]) => objects.filter((object) => isInReach(object, restorer));
    const expected = inReach(manifest.schema).map(toRestoredForm);
    const schema = compareSchemas(expected, inReach(await readSchema(session))).map(describeDifference);
    const contents = compareContents(manifest.contents, await readContents(session));
    return [...properties, ...schema, ...contents].map((difference) => `${difference}.`);
  }, 'transactions/begin-snapshot');
}

/** All for a superuser; for others not what only a superuser restores, as `restoreArchive` leaves it out. */
function isInReach({ kind, owner }: SchemaObject, restorer: Restorer): boolean {
  if (restorer.owner === undefined) return true;
  return kind !== 'extension' && !(kind === 'schema' && owner !== restorer.owner);
}

async function compareProperties(session: Session, name: string, expected: Manifest['properties']): Promise<string[]> {
  const [actual] = await session.query('backup/describe-database', [name]);
  const aspects = Object.keys(expected) as (keyof typeof expected)[];
  return aspects
    .map((aspect) => [aspect, JSON.stringify(actual?.[aspect]), JSON.stringify(expected[aspect])] as const)
    .filter(([, is, was]) => is !== was)
    .map(([aspect, is, was]) => `the database's ${aspect} is ${is}, not ${was}`);
}
