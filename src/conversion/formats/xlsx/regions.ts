import type { CellRange } from './cell-address.js';
import type { CellGrid, Stretch } from './cell-grid.js';
import type { MergedCells } from './merged-cells.js';

/** A rectangle around cells that touch by their sides. */
export interface Region extends CellRange {
  /** Not so where it has nothing but empty merged cells. */
  readonly hasText: boolean;
}

/** Cells of one row without a gap, merged ones among them. */
interface Run extends Stretch {
  readonly hasText: boolean;
}

/** A region in the making, which can turn out to be part of an earlier one. */
class GrowingRegion implements Region {
  hasText = false;
  into: GrowingRegion | undefined;

  constructor(
    readonly order: number,
    public top: number,
    public left: number,
    public bottom: number,
    public right: number,
  ) {}
}

/** The regions of a sheet in the order in which they begin. */
export function findRegions(grid: CellGrid, merged: MergedCells): Region[] {
  const regions: GrowingRegion[] = [];
  const begin = (row: number, { start, end }: Run): GrowingRegion => {
    const region = new GrowingRegion(regions.length, row, start, row, end);
    regions.push(region);
    return region;
  };
  let above: { row: number; runs: readonly Run[]; regions: readonly GrowingRegion[] } = {
    row: -1,
    runs: [],
    regions: [],
  };
  for (const [row, runs] of linesOf(grid, merged)) {
    const upper = above.row === row - 1 ? above : { runs: [], regions: [] };
    let first = 0;
    const own = runs.map((run) => {
      while ((upper.runs[first]?.end ?? Infinity) < run.start) first += 1;
      let region: GrowingRegion | undefined;
      for (let index = first; (upper.runs[index]?.start ?? Infinity) <= run.end; index += 1) {
        const touched = upper.regions[index];
        if (touched) region = region ? join(region, rootOf(touched)) : rootOf(touched);
      }
      region ??= begin(row, run);
      extend(region, { top: row, left: run.start, bottom: row, right: run.end });
      region.hasText ||= run.hasText;
      return region;
    });
    above = { row, runs, regions: own };
  }
  return regions.filter((region) => region.into === undefined);
}

/** A rectangle around all of them. */
export function around(regions: readonly Region[]): Region {
  const [first, ...others] = regions;
  const all = { top: 0, left: 0, bottom: 0, right: 0, ...first, hasText: regions.some((one) => one.hasText) };
  for (const other of others) extend(all, other);
  return all;
}

function extend(region: { -readonly [side in keyof CellRange]: number }, by: CellRange): void {
  region.top = Math.min(region.top, by.top);
  region.left = Math.min(region.left, by.left);
  region.bottom = Math.max(region.bottom, by.bottom);
  region.right = Math.max(region.right, by.right);
}

function rootOf(region: GrowingRegion): GrowingRegion {
  let root = region;
  while (root.into) {
    // Halves the way for the next time.
    root.into = root.into.into ?? root.into;
    root = root.into;
  }
  return root;
}

/** The earlier of two becomes the root of both. */
function join(one: GrowingRegion, other: GrowingRegion): GrowingRegion {
  if (one === other) return one;
  const [earlier, later] = one.order < other.order ? [one, other] : [other, one];
  later.into = earlier;
  extend(earlier, later);
  earlier.hasText ||= later.hasText;
  return earlier;
}

/** The rows that have cells or merged cells, from the top. */
function* linesOf(grid: CellGrid, merged: MergedCells): Generator<[row: number, runs: Run[]], void, undefined> {
  const covered = merged.rows;
  let next = 0;
  function* coveredAbove(row: number): Generator<[row: number, runs: Run[]], void, undefined> {
    for (let at = covered[next]; at !== undefined && at < row; at = covered[next]) {
      yield [at, runsOf([], merged.inRow(at))];
      next += 1;
    }
  }
  for (const [row, stretches] of grid.stretches()) {
    yield* coveredAbove(row);
    if (covered[next] === row) next += 1;
    yield [row, runsOf(stretches, merged.inRow(row))];
  }
  yield* coveredAbove(Infinity);
}

function runsOf(stretches: readonly Stretch[], ranges: readonly CellRange[]): Run[] {
  const parts: Run[] = stretches.map(({ start, end }) => ({ start, end, hasText: true }));
  if (ranges.length === 0) return parts;
  parts.push(...ranges.map(({ left, right }) => ({ start: left, end: right, hasText: false })));
  const runs: { start: number; end: number; hasText: boolean }[] = [];
  for (const part of parts.sort((one, other) => one.start - other.start)) {
    const last = runs.at(-1);
    if (last && part.start <= last.end + 1) {
      last.end = Math.max(last.end, part.end);
      last.hasText ||= part.hasText;
    } else runs.push({ ...part });
  }
  return runs;
}
