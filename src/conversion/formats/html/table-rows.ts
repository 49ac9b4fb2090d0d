import type { CellInput } from '../../document/document-builder.js';
import { layOutTable } from '../../document/table-layout.js';
import { CODE_BLOCKS, LISTS, attribute, childElements, elementsBelow } from './elements.js';
import { isPlain, textOf, type InlineRun } from './inline-buffer.js';
import { inlineContent } from './inline-content.js';
import type { HtmlElement } from './parse.js';

/** The bounds that HTML sets on spans. */
const MAX_COLUMN_SPAN = 1_000;
const MAX_ROW_SPAN = 65_534;
/** A span above it is one that authors write for "all columns", however many there are. */
const WIDE_SPAN = 50;

const ROW_GROUPS = new Set(['thead', 'tbody', 'tfoot']);

export interface TableContent {
  readonly rows: CellInput[][];
  /** The cells' elements in the order of `rows`; undefined where `text` says all there is. */
  readonly rich: (HtmlElement | undefined)[];
  readonly caption: InlineRun[];
}

/** A table whose only purpose is to place what is in it. */
export function isLayoutTable(table: HtmlElement): boolean {
  const role = attribute(table, 'role');
  if (role === 'presentation' || role === 'none') return true;
  const rows = rowGroups(table).flat();
  const [row] = rows;
  if (rows.length !== 1 || row === undefined) return false;
  const [cell, ...others] = cellsOf(row);
  return cell?.tagName === 'td' && others.length === 0 && isRich(cell, []);
}

export function readTable(table: HtmlElement): TableContent {
  const content: TableContent = { rows: [], rich: [], caption: captionOf(table) };
  for (const group of rowGroups(table)) {
    group.forEach((row, index) => {
      const cells = cellsOf(row);
      const isHeader = cells.every((cell) => cell.tagName === 'th') || isInHead(row);
      content.rows.push(cells.map((cell) => readCell(cell, isHeader, group.length - index, content)));
    });
  }
  narrowWideSpans(content.rows);
  return content;
}

/** Ends wide spans with the table, whose width the other cells decide. */
function narrowWideSpans(rows: readonly CellInput[][]): void {
  const isWide = ({ colSpan = 1 }: CellInput) => colSpan > WIDE_SPAN;
  if (!rows.some((row) => row.some(isWide))) return;
  const narrowed = rows.map((row) => row.map((cell) => (isWide(cell) ? { ...cell, colSpan: 1 } : cell)));
  const { num_cols: columns, table_cells: placed } = layOutTable(narrowed);
  rows.flat().forEach((cell, index) => {
    if (isWide(cell)) cell.colSpan = columns - (placed[index]?.start_col_offset_idx ?? 0);
  });
}

function readCell(cell: HtmlElement, inHeaderRow: boolean, rowsLeft: number, content: TableContent): CellInput {
  const { buffer, images } = inlineContent(cell.childNodes);
  const runs = buffer.take();
  content.rich.push(images.length > 0 || isRich(cell, runs) ? cell : undefined);
  const scope = attribute(cell, 'scope');
  const columnHeader = inHeaderRow || (cell.tagName === 'th' && scope === 'col');
  const rowSpan = span(cell, 'rowspan', MAX_ROW_SPAN);
  return {
    text: textOf(runs),
    // 0 means: to the end of the row group, which no span leaves.
    rowSpan: rowSpan === 0 ? rowsLeft : Math.min(rowSpan, rowsLeft),
    colSpan: Math.max(1, span(cell, 'colspan', MAX_COLUMN_SPAN)),
    columnHeader,
    rowHeader: cell.tagName === 'th' && !columnHeader,
  };
}

/** Whether text alone would lose links, formatting or structure. */
function isRich(cell: HtmlElement, runs: readonly InlineRun[]): boolean {
  if (runs.some(({ style }) => !isPlain(style))) return true;
  let paragraphs = 0;
  for (const { tagName } of elementsBelow(cell.childNodes)) {
    if (tagName === 'table' || tagName === 'dl' || LISTS.has(tagName) || CODE_BLOCKS.has(tagName)) return true;
    if (tagName === 'p') paragraphs += 1;
    if (paragraphs > 1) return true;
  }
  return false;
}

/** Rows by row group; the parser puts every row into one. */
function rowGroups(table: HtmlElement): HtmlElement[][] {
  const groups = childElements(table)
    .filter(({ tagName }) => ROW_GROUPS.has(tagName))
    .map((group) => childElements(group).filter(({ tagName }) => tagName === 'tr'));
  const hasSpans = groups.flat().some((row) => cellsOf(row).some((cell) => attribute(cell, 'rowspan') !== undefined));
  // An empty row is shown only by the spans that cross it.
  return hasSpans ? groups : groups.map((rows) => rows.filter((row) => cellsOf(row).length > 0));
}

function cellsOf(row: HtmlElement): HtmlElement[] {
  return childElements(row).filter(({ tagName }) => tagName === 'td' || tagName === 'th');
}

function isInHead(row: HtmlElement): boolean {
  return row.parentNode?.nodeName === 'thead';
}

function captionOf(table: HtmlElement): InlineRun[] {
  const caption = childElements(table).find(({ tagName }) => tagName === 'caption');
  return caption ? inlineContent(caption.childNodes).buffer.take() : [];
}

function span(cell: HtmlElement, name: string, maximum: number): number {
  const value = /^\s*\+?(\d+)/.exec(attribute(cell, name) ?? '')?.[1];
  return value === undefined ? 1 : Math.min(Number(value), maximum);
}
