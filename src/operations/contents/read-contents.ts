import type { Row } from '../../database/database.js';
import type { Session } from '../../database/session.js';

/** What a database holds, so that two can be compared. */
export interface Contents {
  readonly tables: readonly TableContents[];
  /** Read at the end: the snapshot does not hold for them. */
  readonly sequences: readonly Row<'contents/list-sequences'>[];
}

export interface TableContents {
  /** Qualified and quoted. */
  readonly name: string;
  readonly rows: number;
  /** Of all rows in any order. */
  readonly hash: string;
}

/**
 * Counts and hashes every table, in the transaction that the session is in, which should see one moment
 * (`transactions/begin-snapshot`).
 *
 * @param onTable told of each table before it is read, with its size in bytes
 */
export async function readContents(
  session: Session,
  onTable?: (name: string, bytes: number) => void,
): Promise<Contents> {
  await session.query('contents/fix-text', []);
  const tables: TableContents[] = [];
  for (const { name, bytes } of await session.query('contents/list-tables', [])) {
    onTable?.(name, bytes);
    const [counted] = await session.query('contents/hash-table', [name]);
    if (counted) tables.push({ name, ...counted });
  }
  return { tables, sequences: await session.query('contents/list-sequences', []) };
}
