import type { Session } from '../../database/session.js';
import type { Loss } from './losses.js';
import { NO_ROWS, type Part, type PartReader, type Tables } from './tables.js';

/** What was there before a step, and of it what has to be there afterwards. */
export interface Holdings {
  readonly tables: readonly Held[];
  readonly losses: readonly HeldLoss[];
}

interface Held {
  readonly table: string;
  readonly columns: readonly string[];
  readonly part: Part;
}

/** A loss that was announced, with what there is to lose. */
interface HeldLoss {
  readonly loss: Loss;
  /** Rows; of a column those where it is filled; of a sequence its position. */
  readonly amount: number;
  /** Of a column its values, else the whole table; none of a sequence. */
  readonly part?: Part;
}

/** How much of an announced loss there was. */
export interface CountedLoss {
  readonly what: string;
  readonly rows: number;
}

/** Reads what a step with these losses has to keep, and what it may lose. */
export async function readHoldings(
  session: Session,
  reader: PartReader,
  tables: Tables,
  losses: readonly Loss[],
): Promise<Holdings> {
  const held: Held[] = [];
  const heldLosses: HeldLoss[] = [];
  for (const [table, columns] of tables) {
    const own = losses.filter(({ relation }) => relation === table);
    const kept = columns.filter((column) => !own.some((loss) => loss.column === column));
    const condition = own.flatMap((loss) => loss.condition ?? []).map((each) => `(${each})`);
    const part = await reader.read(table, kept, condition.join(' OR ') || NO_ROWS);
    if (!own.some(({ kind }) => kind === 'table')) held.push({ table, columns: kept, part });
    for (const loss of own) heldLosses.push(await readLoss(reader, loss));
  }
  const positions = new Map(
    (await session.query('contents/list-sequences', [])).map((each) => [each.name, each.value]),
  );
  for (const loss of losses) {
    const position = loss.kind === 'position' ? positions.get(loss.relation) : undefined;
    if (position !== undefined) heldLosses.push({ loss, amount: position });
    else if (!tables.has(loss.relation))
      throw new Error(`"${loss.text}": there is no ${loss.relation} to lose it from.`);
  }
  return { tables: held, losses: heldLosses };
}

async function readLoss(reader: PartReader, loss: Loss): Promise<HeldLoss> {
  const part = await reader.read(loss.relation, loss.column === undefined ? [] : [loss.column]);
  if (loss.kind === 'table') return { loss, amount: part.rows, part };
  const condition = loss.condition ?? `${loss.column ?? ''} IS NOT NULL`;
  return { loss, amount: (await reader.read(loss.relation, [], condition)).leftOut, part };
}

/** One line for each thing that should be there after a step and is not as it was. */
export async function findUnannounced({ tables }: Holdings, reader: PartReader, after: Tables): Promise<string[]> {
  const problems: string[] = [];
  for (const { table, columns, part } of tables) {
    const found = after.get(table);
    const missing = columns.filter((column) => !found?.includes(column));
    if (!found) problems.push(`${table} is gone with ${part.rows} rows, and no header says so`);
    else if (missing.length > 0) problems.push(`${table} has lost ${missing.join(', ')}, and no header says so`);
    else problems.push(...describeChange(table, part, await reader.read(table, columns)));
  }
  return problems;
}

function describeChange(table: string, before: Part, { rows, hash }: Part): string[] {
  if (rows !== before.rows)
    return [`${table} has ${rows} rows, not the ${before.rows} that its headers promise to keep`];
  return hash === before.hash
    ? []
    : [`${table} has ${rows} rows as before, but not the same ones, and no header says so`];
}

/** One line for each loss that was announced and did not happen, or could not be seen for want of rows. */
export async function findUntrue(
  session: Session,
  { losses }: Holdings,
  reader: PartReader,
  after: Tables,
): Promise<string[]> {
  const positions = new Map(
    (await session.query('contents/list-sequences', [])).map((each) => [each.name, each.value]),
  );
  const problems: string[] = [];
  for (const held of losses) {
    const { loss, amount } = held;
    if (amount === 0)
      problems.push(`"loses: ${loss.text}" was not tried, for want of rows: add some to perf/fill/live-rows.sql`);
    else if (!(await isLost(held, reader, after, positions)))
      problems.push(`"loses: ${loss.text}" is not true: all of it is still there`);
  }
  return problems;
}

async function isLost(
  { loss, amount, part }: HeldLoss,
  reader: PartReader,
  after: Tables,
  positions: ReadonlyMap<string, number>,
): Promise<boolean> {
  if (loss.kind === 'position') return positions.get(loss.relation) !== amount;
  const columns = after.get(loss.relation);
  if (!columns) return true;
  if (loss.column === undefined) return (await reader.read(loss.relation, [])).rows < (part?.rows ?? 0);
  return !columns.includes(loss.column) || (await reader.read(loss.relation, [loss.column])).hash !== part?.hash;
}

export function countLosses({ losses }: Holdings): CountedLoss[] {
  return losses.map(({ loss, amount }) => ({ what: loss.text, rows: amount }));
}
