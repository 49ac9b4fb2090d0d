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

/** A cell that begins in a row. */
interface FreshCell {
  readonly input: CellInput;
  readonly element: XmlElement | undefined;
}

/** The rows of a `w:tbl`, without deleted ones. */
export function rowsOf(table: XmlElement): XmlElement[] {
  return unwrapped(table, 'w:tr').filter((row) => !row.path('w:trPr', 'w:del'));
}

export function cellsOf(row: XmlElement): XmlElement[] {
  return unwrapped(row, 'w:tc');
}

export interface TableContent {
  /** As `DocumentBuilder.addTable` takes them. */
  readonly rows: CellInput[][];
  /** The cells in the order of `rows`; undefined where a row leaves a place out. */
  readonly cells: (XmlElement | undefined)[];
}

/**
 * Lays out a `w:tbl`. `textOf` is called once for each cell that begins in its row, in document order.
 *
 * @throws AppError E305 when it has more cells than the limit.
 */
export function readTable(table: XmlElement, textOf: (cell: XmlElement) => string): TableContent {
  /** The cell that reaches down into the next row, by the column where it begins. */
  let above = new Map<number, PlacedCell>();
  const content: TableContent = { rows: [], cells: [] };
  for (const [index, row] of rowsOf(table).entries()) {
    const header = index === 0 || isHeader(row);
    const { placed, fresh } = layOutRow(row, above, header, textOf);
    above = new Map(placed.map((cell) => [cell.column, cell]));
    content.rows.push(fresh.map(({ input }) => input));
    for (const { element } of fresh) content.cells.push(element);
    if (content.cells.length > LIMITS.cells)
      throw new AppError('E305', 'A table has more cells than the converter takes');
  }
  return content;
}

function layOutRow(
  row: XmlElement,
  above: ReadonlyMap<number, PlacedCell>,
  header: boolean,
  textOf: (cell: XmlElement) => string,
): { placed: PlacedCell[]; fresh: FreshCell[] } {
  const placed: PlacedCell[] = [];
  const fresh: FreshCell[] = [];
  const before = span(value(row.path('w:trPr', 'w:gridBefore')), 0);
  let column = 0;
  for (; column < before; column += 1) fresh.push({ input: { text: '', columnHeader: header }, element: undefined });
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
      fresh.push({ input, element: cell });
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
