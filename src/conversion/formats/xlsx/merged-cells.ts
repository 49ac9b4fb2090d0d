import { AppError } from '../../../errors.js';
import { LIMITS } from '../../limits.js';
import type { CellRange } from './cell-address.js';

/** The merged cells of a sheet by the rows that they cover, which in a sound file never overlap. */
export class MergedCells {
  private readonly byRow = new Map<number, CellRange[]>();

  /** @throws AppError E305 when they cover more rows, counted for each of them, than the limit on cells. */
  constructor(ranges: readonly CellRange[]) {
    let covered = 0;
    for (const range of ranges) {
      covered += range.bottom - range.top + 1;
      if (covered > LIMITS.cells) throw new AppError('E305', 'A sheet has more merged cells than the converter takes');
      for (let row = range.top; row <= range.bottom; row += 1) {
        const others = this.byRow.get(row);
        if (others) others.push(range);
        else this.byRow.set(row, [range]);
      }
    }
    for (const inRow of this.byRow.values()) if (inRow.length > 1) inRow.sort((one, other) => one.left - other.left);
  }

  /** Ascending. */
  get rows(): number[] {
    return [...this.byRow.keys()].sort((one, other) => one - other);
  }

  /** From left to right. */
  inRow(row: number): readonly CellRange[] {
    return this.byRow.get(row) ?? [];
  }

  /** The merged cell that covers a place. */
  at(row: number, column: number): CellRange | undefined {
    const ranges = this.byRow.get(row);
    if (!ranges) return undefined;
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[middle]?.left ?? 0) <= column) low = middle + 1;
      else high = middle;
    }
    const nearest = ranges[low - 1];
    return nearest && column <= nearest.right ? nearest : undefined;
  }
}
