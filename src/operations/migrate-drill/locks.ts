import type { Session } from '../../database/session.js';

export interface TableLock {
  readonly table: string;
  /** The strongest that the migration takes on it. */
  readonly mode: string;
  readonly blocks: 'reads and writes' | 'writes' | 'other migrations' | 'nothing';
}

const READING = ['AccessShareLock', 'RowShareLock'];

/** From the weakest to the strongest, with what each keeps waiting; PostgreSQL's manual, "Table-Level Locks". */
const MODES: readonly (readonly [mode: string, blocks: TableLock['blocks']])[] = [
  ['AccessShareLock', 'nothing'],
  ['RowShareLock', 'nothing'],
  ['RowExclusiveLock', 'nothing'],
  ['ShareUpdateExclusiveLock', 'other migrations'],
  ['ShareLock', 'writes'],
  ['ShareRowExclusiveLock', 'writes'],
  ['ExclusiveLock', 'writes'],
  ['AccessExclusiveLock', 'reads and writes'],
];

/** Tables that a migration may have changed: nothing is written without one of the stronger locks. Undefined: any. */
export function writableTables(locks: readonly TableLock[] | undefined): string[] | undefined {
  return locks?.filter(({ mode }) => !READING.includes(mode)).map(({ table }) => table);
}

/** Names of tables and sequences by object id. */
export async function relationNames(session: Session): Promise<Map<number, string>> {
  return new Map((await session.query('catalog/list-relations', [])).map(({ oid, name }) => [oid, name]));
}

/**
 * The locks of the transaction that the session is in, on relations that were there before it: nobody waits for those that
 * it makes. The migrator's own table is left out.
 */
export async function readLocks(session: Session, relations: ReadonlyMap<number, string>): Promise<TableLock[]> {
  const strongest = new Map<string, number>();
  for (const { relation, mode } of await session.query('migrations/list-locks', [])) {
    const table = relations.get(relation);
    if (table === undefined || table === 'public.schema_migrations') continue;
    const strength = MODES.findIndex(([known]) => known === mode);
    strongest.set(table, Math.max(strength, strongest.get(table) ?? 0));
  }
  return [...strongest].sort().flatMap(([table, strength]) => {
    const found = MODES[strength];
    return found ? [{ table, mode: found[0], blocks: found[1] }] : [];
  });
}
