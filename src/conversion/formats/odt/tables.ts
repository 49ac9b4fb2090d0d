import { AppError } from '../../../errors.js';
import type { CellInput } from '../../document/document-builder.js';
import { LIMITS } from '../../limits.js';
import type { XmlElement } from '../../package/xml-tree.js';

/** Most times that a repeated row or column is really repeated: text documents have no larger tables. */
const MOST_REPEATS = 1_000;

/** Groups of rows, which may nest. */
const ROW_GROUPS = new Set(['table:table-rows', 'table:table-header-rows', 'table:table-row-group']);

/** A cell and the element that it was read from. */
export interface OdtCell extends CellInput {
  readonly element: XmlElement;
}

/**
 * A `table:table` as `DocumentBuilder.addTable` takes it. `textOf` is called once per cell, in document order.
 *
 * @throws AppError E305 when repeated cells make more than the limit.
 */
export function tableRows(table: XmlElement, textOf: (cell: XmlElement) => string): OdtCell[][] {
  let places = 0;
  return rowsOf(table, false).flatMap(({ row, header }, index) => {
    const times = repeats(row, 'table:number-rows-repeated');
    const cells: OdtCell[] = [];
    for (const cell of row.elements('table:table-cell')) {
      const count = repeats(cell, 'table:number-columns-repeated');
      places += count * times;
      if (places > LIMITS.cells) throw new AppError('E305', 'A table has more cells than the converter takes');
      const input = cellOf(cell, textOf(cell), header || index === 0);
      for (let time = 0; time < count; time += 1) cells.push(input);
    }
    return Array.from({ length: times }, () => cells);
  });
}

function cellOf(element: XmlElement, text: string, columnHeader: boolean): OdtCell {
  const rowSpan = span(element, 'table:number-rows-spanned');
  return { element, text, rowSpan, colSpan: span(element, 'table:number-columns-spanned'), columnHeader };
}

interface TableRow {
  readonly row: XmlElement;
  readonly header: boolean;
}

function rowsOf(parent: XmlElement, header: boolean): TableRow[] {
  return parent.elements().flatMap((element) => {
    if (element.name === 'table:table-row') return [{ row: element, header }];
    return ROW_GROUPS.has(element.name) ? rowsOf(element, header || element.name === 'table:table-header-rows') : [];
  });
}

function repeats(element: XmlElement, name: string): number {
  return Math.min(span(element, name), MOST_REPEATS);
}

function span(element: XmlElement, name: string): number {
  const value = Number(element.attribute(name) ?? 1);
  return Number.isInteger(value) && value > 0 ? value : 1;
}
