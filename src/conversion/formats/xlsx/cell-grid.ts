/** Columns from `start` to `end`, both included. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The cells of a sheet that have text, row by row. All rows share the same few arrays, since a sheet can have a
 * million rows of one cell, or rows whose only cells lie thousands of columns apart.
 */
export class CellGrid {
  private lookedUp = 0;

  /** Row `rows[i]` has the cells from `starts[i]` on, as far as row `rows[i + 1]`; within it columns ascend. */
  constructor(
    private readonly rows: readonly number[],
    private readonly starts: readonly number[],
    private readonly columns: readonly number[],
    private readonly texts: readonly string[],
  ) {}

  /** How many cells there are. */
  get count(): number {
    return this.texts.length;
  }

  /** -1 when there are no cells. */
  get lastRow(): number {
    return this.rows.at(-1) ?? -1;
  }

  at(row: number, column: number): string | undefined {
    // Lookups mostly stay in one row.
    if (this.rows[this.lookedUp] !== row) this.lookedUp = search(this.rows, row, 0, this.rows.length);
    if (this.rows[this.lookedUp] !== row) return undefined;
    const start = this.starts[this.lookedUp] ?? 0;
    const end = this.endOf(this.lookedUp);
    const first = this.columns[start] ?? 0;
    if (column < first) return undefined;
    // Most rows have no gap, and then the cell is this one; else it stands before.
    const gapless = start + column - first;
    const index =
      this.columns[gapless] === column && gapless < end
        ? gapless
        : search(this.columns, column, start, Math.min(end, gapless));
    return index < end && this.columns[index] === column ? this.texts[index] : undefined;
  }

  /** The rows that have cells, each with the stretches of cells without a gap. */
  *stretches(): Generator<[row: number, stretches: Stretch[]], void, undefined> {
    for (const [index, row] of this.rows.entries()) {
      const stretches: { start: number; end: number }[] = [];
      for (let cell = this.starts[index] ?? 0; cell < this.endOf(index); cell += 1) {
        const column = this.columns[cell] ?? 0;
        const last = stretches.at(-1);
        if (last?.end === column - 1) last.end = column;
        else stretches.push({ start: column, end: column });
      }
      yield [row, stretches];
    }
  }

  private endOf(index: number): number {
    return this.starts[index + 1] ?? this.texts.length;
  }
}

/** Where in `from` up to `to` of the ascending `values` the first stands that is not below `value`. */
function search(values: readonly number[], value: number, from: number, to: number): number {
  let [low, high] = [from, Math.max(from, to)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Cells {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly texts: readonly string[];
}

/** Gathers the cells of a sheet, which files give in order, though nothing makes them. */
export class CellGridBuilder {
  private readonly rows: number[] = [];
  private readonly columns: number[] = [];
  private readonly texts: string[] = [];
  private inOrder = true;

  get count(): number {
    return this.texts.length;
  }

  add(row: number, column: number, text: string): void {
    const [lastRow = -1, lastColumn = -1] = [this.rows.at(-1), this.columns.at(-1)];
    if (row < lastRow || (row === lastRow && column <= lastColumn)) this.inOrder = false;
    this.rows.push(row);
    this.columns.push(column);
    this.texts.push(text);
  }

  build(): CellGrid {
    const { rows, columns, texts } = this.inOrder ? this.gathered() : this.sorted();
    const rowNumbers: number[] = [];
    const starts: number[] = [];
    rows.forEach((row, index) => {
      if (row === rowNumbers.at(-1)) return;
      rowNumbers.push(row);
      starts.push(index);
    });
    return new CellGrid(rowNumbers, starts, columns, texts);
  }

  private gathered(): Cells {
    return { rows: this.rows, columns: this.columns, texts: this.texts };
  }

  /** Of two texts for one cell the later counts. */
  private sorted(): Cells {
    const value = (values: readonly number[], index: number) => values[index] ?? 0;
    const order = this.rows
      .map((_, index) => index)
      .sort(
        (one, other) =>
          value(this.rows, one) - value(this.rows, other) ||
          value(this.columns, one) - value(this.columns, other) ||
          one - other,
      )
      .filter((index, place, all) => {
        const next = all[place + 1];
        return next === undefined || this.rows[index] !== this.rows[next] || this.columns[index] !== this.columns[next];
      });
    return {
      rows: order.map((index) => value(this.rows, index)),
      columns: order.map((index) => value(this.columns, index)),
      texts: order.map((index) => this.texts[index] ?? ''),
    };
  }
}
