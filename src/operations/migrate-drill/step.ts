import { migrateDown, migrateUp } from '../../database/migrator.js';
import type { MigrationFile } from '../../database/migration-files.js';
import type { Session } from '../../database/session.js';
import { readSchema, type SchemaObject } from '../schema/read-schema.js';
import { countLosses, findUnannounced, findUntrue, readHoldings, type CountedLoss } from './keeping.js';
import { readLocks, relationNames, writableTables, type TableLock } from './locks.js';
import { changesOf, lossesOf } from './losses.js';
import { schemaDifferences } from './schema-differences.js';
import { tablesOf, type PartReader } from './tables.js';

export type Direction = 'up' | 'down' | 'up again' | 'down again';

export interface DrillStep {
  readonly migration: string;
  readonly direction: Direction;
  /** The migration itself, with the migrator's own connecting and locking. */
  readonly durationMs: number;
  /** Undefined where the migration runs outside a transaction, so that its locks come and go unseen. */
  readonly locks: readonly TableLock[] | undefined;
  /** What its header announces, with what there was of it. */
  readonly losses: readonly CountedLoss[];
  /** Empty when all was as it has to be. */
  readonly problems: readonly string[];
}

export interface StepContext {
  readonly url: string;
  readonly directory: string | undefined;
  /** Only reads. */
  readonly session: Session;
  readonly reader: PartReader;
}

export interface StepPlan {
  readonly migration: MigrationFile;
  readonly direction: Direction;
  /** What the schema has to be afterwards, rights apart: those are given when all migrations were run. */
  readonly expected: readonly SchemaObject[];
}

/** Runs one migration one way, and holds what it left against what it promises. */
export async function runStep(context: StepContext, plan: StepPlan): Promise<DrillStep> {
  const { migration, direction } = plan;
  const isDown = direction.startsWith('down');
  const { session, reader } = context;
  const losses = isDown ? lossesOf(migration.name, migration.down) : changesOf(migration.name, migration.up);
  const holdings = await readHoldings(session, reader, tablesOf(await readSchema(session)), losses);
  const outcome = await runMigration(context, migration.name, isDown);
  reader.forget(writableTables(outcome.locks)); // the others need not be read again, however large they are
  const step = { migration: migration.name, direction, losses: isDown ? countLosses(holdings) : [] };
  if (outcome.error !== undefined) return { ...step, ...outcome, problems: [`it failed: ${outcome.error}`] };

  const schema = await readSchema(session);
  const tables = tablesOf(schema);
  const problems = [
    ...schemaDifferences(withoutRights(plan.expected), withoutRights(schema)),
    ...(await findUnannounced(holdings, reader, tables)),
    ...(direction === 'down' ? await findUntrue(session, holdings, reader, tables) : []),
  ];
  return { ...step, ...outcome, problems };
}

interface Outcome {
  readonly durationMs: number;
  readonly locks: TableLock[] | undefined;
  readonly error?: string;
}

async function runMigration({ url, directory, session }: StepContext, name: string, isDown: boolean): Promise<Outcome> {
  const relations = await relationNames(session);
  let locks: TableLock[] | undefined;
  const options = {
    directUrl: url,
    ...(directory !== undefined && { directory }),
    beforeCommit: async (own: Session) => {
      locks = await readLocks(own, relations);
    },
  };
  const began = performance.now();
  try {
    await (isDown ? migrateDown(options) : migrateUp(options, name));
    return { durationMs: Math.round(performance.now() - began), locks };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { durationMs: Math.round(performance.now() - began), locks, error: message };
  }
}

function withoutRights(schema: readonly SchemaObject[]): SchemaObject[] {
  return schema.map((object) => ({ ...object, rights: null }));
}
