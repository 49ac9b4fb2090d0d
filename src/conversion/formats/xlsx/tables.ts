import { AppError } from '../../../errors.js';
import type { CellInput } from '../../document/document-builder.js';
import { LIMITS } from '../../limits.js';
import { placesIn, type CellRange } from './cell-address.js';
import type { CellGrid } from './cell-grid.js';
import { MergedCells } from './merged-cells.js';
import { around, findRegions, type Region } from './regions.js';
import type { SheetContent } from './sheet.js';

export interface SheetTable extends CellRange {
  /** A merged line over the columns that names the table, taken out of it. */
  readonly title: string | undefined;
  /** As `DocumentBuilder.addTable` takes them. */
  readonly rows: readonly (readonly (CellInput | string)[])[];
}

/** A sheet that falls apart into more pieces is taken as one table with gaps. */
const MOST_TABLES = 20_000;

/**
 * Splits a sheet into its tables: regions of cells that touch by their sides, each taken as a rectangle.
 *
 * @throws AppError E305 when these, which may overlap, have more places than the limit on cells.
 */
export function findTables({ grid, merges }: SheetContent): SheetTable[] {
  const merged = new MergedCells(merges);
  const regions = findRegions(grid, merged).filter((region) => region.hasText);
  const shown = regions.length > MOST_TABLES ? [around(regions)] : withoutCovered(regions);
  const places = shown.reduce((sum, region) => sum + placesIn(region), 0);
  if (places > LIMITS.cells) throw new AppError('E305', 'A sheet has more cells than the converter takes');
  return shown.map((region) => tableOf(grid, region, merged));
}

/** Less those that lie in the rectangle of an earlier one, and so are part of its table. */
function withoutCovered(regions: readonly Region[]): Region[] {
  const shown: Region[] = [];
  for (const region of regions) if (!shown.some((one) => contains(one, region))) shown.push(region);
  return shown;
}

function contains(outer: CellRange, inner: CellRange): boolean {
  return (
    outer.top <= inner.top && outer.bottom >= inner.bottom && outer.left <= inner.left && outer.right >= inner.right
  );
}

function tableOf(grid: CellGrid, region: CellRange, merged: MergedCells): SheetTable {
  const title = titleOf(grid, region, merged);
  const { left, bottom, right } = region;
  const top = title === undefined ? region.top : region.top + 1;
  const rows: (CellInput | string)[][] = [];
  for (let row = top; row <= bottom; row += 1) rows.push(tableRow(grid, { top, left, bottom, right }, row, merged));
  return { top, left, bottom, right, title, rows };
}

function tableRow(grid: CellGrid, region: CellRange, row: number, merged: MergedCells): (CellInput | string)[] {
  // Allocated at once, since an array that grows keeps room for more.
  const cells = new Array<CellInput | string>(region.right - region.left + 1);
  let count = 0;
  for (let column = region.left; column <= region.right; column += 1) {
    const text = grid.at(row, column) ?? '';
    const merge = merged.at(row, column);
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
function titleOf(grid: CellGrid, { top, left, bottom, right }: CellRange, merged: MergedCells): string | undefined {
  const filled = (row: number, column: number) => (grid.at(row, column) ?? '').trim() !== '';
  const merge = merged.at(top, left);
  if (bottom === top || !filled(top, left) || !merge || merge.bottom > top || merge.right === left) return undefined;
  for (let column = merge.right + 1; column <= right; column += 1) if (filled(top, column)) return undefined;
  let headings = 0;
  for (let column = left; column <= right; column += 1) {
    const below = merged.at(top + 1, column);
    if (filled(top + 1, column) && (!below || below.left === below.right)) headings += 1;
  }
  return headings >= 2 ? grid.at(top, left) : undefined;
}
