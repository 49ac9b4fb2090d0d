import { AppError } from '../../errors.js';
import { LIMITS } from '../limits.js';
import type { TableCell, TableData } from './docling-document.js';
import { printable } from './printable.js';

/** A cell as a format knows it; spans default to 1, headers to false. */
export interface CellInput {
  text: string;
  rowSpan?: number;
  colSpan?: number;
  columnHeader?: boolean;
  rowHeader?: boolean;
}

/** A string is a cell that is nothing but text. */
export type CellRows = readonly (readonly (CellInput | string)[])[];

/**
 * Places cells by the HTML table model: left to right, past the places that spans cover.
 *
 * @param placesLeft how many places of a grid the document may still take.
 * @throws AppError E305 when the grid would have more places than that.
 */
export function layOutTable(rows: CellRows, placesLeft: number = LIMITS.cells): TableData {
  const grid: TableCell[][] = rows.map(() => []);
  const cells: TableCell[] = [];
  let places = 0;
  let columns = 0;
  rows.forEach((row, rowIndex) => {
    const line = grid[rowIndex] ?? [];
    let column = 0;
    for (const input of row) {
      while (line[column]) column += 1;
      const cell = placedCell(typeof input === 'string' ? { text: input } : input, rowIndex, column, rows.length);
      places += cell.row_span * cell.col_span;
      if (places > placesLeft) throw tooManyCells();
      cells.push(cell);
      cover(grid, cell);
      column = cell.end_col_offset_idx;
    }
    columns = Math.max(columns, line.length);
  });
  if (columns * rows.length > placesLeft) throw tooManyCells();
  fillGaps(grid, columns);
  return { table_cells: cells, num_rows: rows.length, num_cols: columns, grid };
}

function cover(grid: TableCell[][], cell: TableCell): void {
  for (let row = cell.start_row_offset_idx; row < cell.end_row_offset_idx; row += 1) {
    const line = grid[row] ?? [];
    for (let column = cell.start_col_offset_idx; column < cell.end_col_offset_idx; column += 1) line[column] ??= cell;
  }
}

function fillGaps(grid: TableCell[][], columns: number): void {
  grid.forEach((line, row) => {
    for (let column = 0; column < columns; column += 1) {
      line[column] ??= placedCell({ text: '' }, row, column, grid.length);
    }
  });
}

function placedCell(input: CellInput, row: number, column: number, rowCount: number): TableCell {
  const rowSpan = Math.min(Math.max(1, input.rowSpan ?? 1), rowCount - row);
  const colSpan = Math.max(1, input.colSpan ?? 1);
  return {
    row_span: rowSpan,
    col_span: colSpan,
    start_row_offset_idx: row,
    end_row_offset_idx: row + rowSpan,
    start_col_offset_idx: column,
    end_col_offset_idx: column + colSpan,
    text: printable(input.text),
    column_header: input.columnHeader ?? false,
    row_header: input.rowHeader ?? false,
    row_section: false,
  };
}

const tooManyCells = () => new AppError('E305', `The tables have more than ${LIMITS.cells} cells.`);
