import { AppError } from '../../../errors.js';
import type { CellInput } from '../../document/document-builder.js';
import { LIMITS } from '../../limits.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { integer, isOn, value } from './styles.js';

/** Wrappers that may stand around rows and cells. */
const WRAPPERS = new Set(['w:sdt', 'w:sdtContent', 'w:customXml', 'w:ins', 'w:moveTo']);

/** Word's own limit on the columns of a table. */
const MOST_COLUMNS = 63;

interface PlacedCell {
  readonly input: CellInput & { rowSpan: number; colSpan: number };
  readonly column: number;
}

/** The rows of a `w:tbl`, without deleted ones. */
export function rowsOf(table: XmlElement): XmlElement[] {
  return unwrapped(table, 'w:tr').filter((row) => !row.path('w:trPr', 'w:del'));
}

export function cellsOf(row: XmlElement): XmlElement[] {
  return unwrapped(row, 'w:tc');
}

/**
 * Lays out a `w:tbl` as `DocumentBuilder.addTable` takes it. `textOf` is called once for each cell
 * that begins in its row, in document order.
 *
 * @throws AppError E305 when it has more cells than the limit.
 */
export function tableRows(table: XmlElement, textOf: (cell: XmlElement) => string): CellInput[][] {
  /** The cell that reaches down into the next row, by the column where it begins. */
  let above = new Map<number, PlacedCell>();
  let cells = 0;
  return rowsOf(table).map((row, index) => {
    const header = index === 0 || isHeader(row);
    const { placed, fresh } = layOutRow(row, above, header, textOf);
    above = new Map(placed.map((cell) => [cell.column, cell]));
    cells += fresh.length;
    if (cells > LIMITS.cells) throw new AppError('E305', 'A table has more cells than the converter takes');
    return fresh;
  });
}

function layOutRow(
  row: XmlElement,
  above: ReadonlyMap<number, PlacedCell>,
  header: boolean,
  textOf: (cell: XmlElement) => string,
): { placed: PlacedCell[]; fresh: CellInput[] } {
  const placed: PlacedCell[] = [];
  const fresh: CellInput[] = [];
  const before = span(value(row.path('w:trPr', 'w:gridBefore')), 0);
  let column = 0;
  for (; column < before; column += 1) fresh.push({ text: '', columnHeader: header });
  for (const cell of cellsOf(row)) {
    const properties = cell.child('w:tcPr');
    const colSpan = span(value(properties?.child('w:gridSpan')), 1);
    const merge = properties?.child('w:vMerge');
    const upper = merge && value(merge) !== 'restart' ? above.get(column) : undefined;
    if (upper?.input.colSpan === colSpan) {
      upper.input.rowSpan += 1;
      placed.push(upper);
    } else {
      const input = { text: textOf(cell), rowSpan: 1, colSpan, columnHeader: header };
      fresh.push(input);
      placed.push({ input, column });
    }
    column += colSpan;
  }
  return { placed, fresh };
}

function isHeader(row: XmlElement): boolean {
  const header = row.path('w:trPr', 'w:tblHeader');
  return header !== undefined && isOn(value(header));
}

/** Columns as the file counts them, kept within what Word allows. */
function span(text: string | undefined, least: number): number {
  return Math.min(Math.max(integer(text) ?? least, least), MOST_COLUMNS);
}

function unwrapped(parent: XmlElement, name: string): XmlElement[] {
  return parent
    .elements()
    .flatMap((element) =>
      element.name === name ? [element] : WRAPPERS.has(element.name) ? unwrapped(element, name) : [],
    );
}
