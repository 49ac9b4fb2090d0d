import { AppError } from '../../../errors.js';
import type { CellInput } from '../../document/document-builder.js';
import { LIMITS } from '../../limits.js';
import { MAX_COLUMNS, placesIn, type CellRange } from './cell-address.js';
import type { CellGrid, SheetContent } from './sheet.js';

export interface TableRegion extends CellRange {
  /** A merged line over the columns that names the table, taken out of it. */
  readonly title: string | undefined;
  /** As `DocumentBuilder.addTable` takes them. */
  readonly rows: readonly (readonly (CellInput | string)[])[];
}

/** Cells of one row without a gap; `start` and `end` are columns, both included. */
interface Run {
  readonly row: number;
  readonly start: number;
  end: number;
  /** Index of a run of the same table; at last the first of them. */
  table: number;
}

/** A sheet that falls apart into more pieces is taken as one table with gaps. */
const MOST_TABLES = 2_000;

/** Splits a sheet into its tables: regions of cells that touch by their sides, each taken as a rectangle. */
export function findTables({ grid, merges }: SheetContent): TableRegion[] {
  const covered = new MergedPlaces(merges);
  const regions = connectedRegions(occupiedRuns(grid, covered));
  const accepted: CellRange[] = [];
  for (const region of regions.length > MOST_TABLES ? [around(regions)] : regions) {
    const seen = accepted.some((one) => contains(one, region));
    if (!seen && hasText(grid, region)) accepted.push(region);
  }
  return accepted.map((region) => tableOf(grid, region, covered));
}

/** The places that merged cells cover, and the ranges that begin in a cell. */
class MergedPlaces {
  private readonly ranges = new Map<number, CellRange>();

  constructor(merges: readonly CellRange[]) {
    let places = 0;
    for (const merge of merges) {
      places += placesIn(merge);
      if (places > LIMITS.cells) throw new AppError('E305', 'A sheet has more merged cells than the converter takes');
      for (let row = merge.top; row <= merge.bottom; row += 1)
        for (let column = merge.left; column <= merge.right; column += 1)
          this.ranges.set(row * MAX_COLUMNS + column, merge);
    }
  }

  at(row: number, column: number): CellRange | undefined {
    return this.ranges.size === 0 ? undefined : this.ranges.get(row * MAX_COLUMNS + column);
  }

  /** Row and column of every covered place. */
  *places(): Generator<[row: number, column: number], void, undefined> {
    for (const key of this.ranges.keys()) yield [Math.floor(key / MAX_COLUMNS), key % MAX_COLUMNS];
  }
}

function* occupiedRuns(grid: CellGrid, covered: MergedPlaces): Generator<Run[], void, undefined> {
  const extra = new Map<number, number[]>();
  for (const [row, column] of covered.places()) {
    const columns = extra.get(row);
    if (columns) columns.push(column);
    else extra.set(row, [column]);
  }
  const rows = new Set([...extra.keys()]);
  grid.forEach((_, row) => rows.add(row));
  let index = 0;
  for (const row of [...rows].sort((one, other) => one - other)) {
    const columns = extra.get(row) ?? [];
    // forEach passes over the holes of a sparse row.
    grid[row]?.forEach((_, column) => columns.push(column));
    if (extra.has(row)) columns.sort((one, other) => one - other);
    const runs: Run[] = [];
    for (const column of columns) {
      const last = runs.at(-1);
      if (last && column <= last.end + 1) last.end = column;
      else runs.push({ row, start: column, end: column, table: index++ });
    }
    if (runs.length > 0) yield runs;
  }
}

/** Rectangles around the runs that touch, in the order in which they begin. */
function connectedRegions(lines: Iterable<Run[]>): CellRange[] {
  const runs: Run[] = [];
  const rootOf = (run: Run): Run => {
    let root = run;
    for (let next = runs[root.table]; next && next !== root; next = runs[root.table]) root = next;
    run.table = root.table;
    return root;
  };
  let above: Run[] = [];
  for (const line of lines) {
    runs.push(...line);
    const touching = above[0]?.row === (line[0]?.row ?? 0) - 1 ? above : [];
    let first = 0;
    for (const run of line) {
      while ((touching[first]?.end ?? Infinity) < run.start) first += 1;
      for (let index = first; (touching[index]?.start ?? Infinity) <= run.end; index += 1) {
        const upper = touching[index];
        if (upper) join(rootOf(upper), rootOf(run));
      }
    }
    above = line;
  }
  return [...boundsByRoot(runs, rootOf).values()];
}

/** The earlier of two tables becomes the root of both. */
function join(one: Run, other: Run): void {
  if (one.table < other.table) other.table = one.table;
  else one.table = other.table;
}

function boundsByRoot(runs: readonly Run[], rootOf: (run: Run) => Run): Map<Run, CellRange> {
  const bounds = new Map<Run, CellRange>();
  for (const run of runs) {
    const root = rootOf(run);
    const known = bounds.get(root) ?? { top: run.row, left: run.start, bottom: run.row, right: run.end };
    bounds.set(root, around([known, { top: run.row, left: run.start, bottom: run.row, right: run.end }]));
  }
  return bounds;
}

function around(regions: readonly CellRange[]): CellRange {
  return regions.reduce((one, other) => ({
    top: Math.min(one.top, other.top),
    left: Math.min(one.left, other.left),
    bottom: Math.max(one.bottom, other.bottom),
    right: Math.max(one.right, other.right),
  }));
}

function contains(outer: CellRange, inner: CellRange): boolean {
  return (
    outer.top <= inner.top && outer.bottom >= inner.bottom && outer.left <= inner.left && outer.right >= inner.right
  );
}

function hasText(grid: CellGrid, region: CellRange): boolean {
  return grid
    .slice(region.top, region.bottom + 1)
    .some((row) => row?.slice(region.left, region.right + 1).some((text) => text !== undefined));
}

function tableOf(grid: CellGrid, region: CellRange, covered: MergedPlaces): TableRegion {
  const title = titleOf(grid, region, covered);
  const { left, bottom, right } = region;
  const top = title === undefined ? region.top : region.top + 1;
  if (placesIn({ top, left, bottom, right }) > LIMITS.cells)
    throw new AppError('E305', 'A table has more cells than the converter takes');
  const rows: (CellInput | string)[][] = [];
  for (let row = top; row <= bottom; row += 1) rows.push(tableRow(grid, { top, left, bottom, right }, row, covered));
  return { top, left, bottom, right, title, rows };
}

function tableRow(grid: CellGrid, region: CellRange, row: number, covered: MergedPlaces): (CellInput | string)[] {
  // Allocated at once, since an array that grows keeps room for more.
  const cells = new Array<CellInput | string>(region.right - region.left + 1);
  let count = 0;
  for (let column = region.left; column <= region.right; column += 1) {
    const text = grid[row]?.[column] ?? '';
    const merge = covered.at(row, column);
    const columnHeader = row === region.top;
    if (merge && contains(region, merge)) {
      if (merge.top !== row || merge.left !== column) continue;
      const rowSpan = merge.bottom - merge.top + 1;
      cells[count++] = { text, rowSpan, colSpan: merge.right - merge.left + 1, columnHeader };
    } else cells[count++] = columnHeader ? { text, columnHeader } : text;
  }
  cells.length = count;
  return cells;
}

/** The text of a first line that is one merged cell above at least two headings of their own. */
function titleOf(grid: CellGrid, { top, left, bottom, right }: CellRange, covered: MergedPlaces): string | undefined {
  const filled = (row: number, column: number) => (grid[row]?.[column] ?? '').trim() !== '';
  const merge = covered.at(top, left);
  if (bottom === top || !filled(top, left) || !merge || merge.bottom > top || merge.right === left) return undefined;
  for (let column = merge.right + 1; column <= right; column += 1) if (filled(top, column)) return undefined;
  let headings = 0;
  for (let column = left; column <= right; column += 1) {
    const below = covered.at(top + 1, column);
    if (filled(top + 1, column) && (!below || below.left === below.right)) headings += 1;
  }
  return headings >= 2 ? grid[top]?.[left] : undefined;
}
