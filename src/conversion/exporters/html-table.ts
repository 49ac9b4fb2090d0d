import type { DocumentNode, TableCell, TableItem, TextItem } from '../document/docling-document.js';
import type { BodyReader } from './body-reader.js';
import type { ExportText } from './export-text.js';
import { escapeLines } from './html-text.js';

/** What a table is written with; `blocks` writes the blocks of a rich cell and the lines of a caption. */
export interface TableWriting {
  readonly text: ExportText;
  readonly reader: BodyReader;
  readonly blocks: {
    writeChildren(node: DocumentNode, depth: number): void;
    lines(items: readonly TextItem[], depth: number): string;
  };
}

/** A table with its spans; leading rows that are headers throughout become its head. */
export function writeTable(table: TableItem, depth: number, writing: TableWriting): void {
  const { text, reader, blocks } = writing;
  const caption = blocks.lines(reader.captions(table), depth);
  const { grid } = table.data;
  const headRows = headRowCount(grid);
  text.add('<table>\n');
  if (caption) text.add(`<caption>${caption}</caption>\n`);
  grid.forEach((row, index) => {
    if (index === 0) text.add(headRows > 0 ? '<thead>\n' : '<tbody>\n');
    else if (index === headRows) text.add('</thead>\n<tbody>\n');
    text.add('<tr>');
    writeRow(row, index, depth, writing);
    text.add('</tr>\n');
  });
  if (grid.length > 0) text.add(headRows === grid.length ? '</thead>\n' : '</tbody>\n');
  text.add('</table>\n');
}

/** 0 when a header spans rows of the body too: browsers end a span with its section. */
function headRowCount(grid: readonly (readonly TableCell[])[]): number {
  const first = grid.findIndex((row) => !row.every((cell) => cell.column_header));
  const rows = first < 0 ? grid.length : first;
  const leaves = grid.slice(0, rows).some((row) => row.some((cell) => cell.end_row_offset_idx > rows));
  return leaves ? 0 : rows;
}

function writeRow(row: readonly TableCell[], rowIndex: number, depth: number, writing: TableWriting): void {
  let line = '';
  row.forEach((cell, column) => {
    // A spanning cell stands at every place that it covers; it is written at the first.
    if (cell.start_row_offset_idx !== rowIndex || cell.start_col_offset_idx !== column) return;
    const content = writing.reader.richContent(cell);
    if (!content) {
      line += `${startTag(cell)}${escapeLines(cell.text)}</${tagOf(cell)}>`;
      return;
    }
    writing.text.add(line + startTag(cell));
    writing.blocks.writeChildren(content, depth + 1);
    line = `</${tagOf(cell)}>`;
  });
  writing.text.add(line);
}

function tagOf(cell: TableCell): 'th' | 'td' {
  return cell.column_header || cell.row_header ? 'th' : 'td';
}

function startTag(cell: TableCell): string {
  const scope = cell.column_header ? ' scope="col"' : cell.row_header ? ' scope="row"' : '';
  const rows = cell.row_span > 1 ? ` rowspan="${cell.row_span}"` : '';
  const columns = cell.col_span > 1 ? ` colspan="${cell.col_span}"` : '';
  return `<${tagOf(cell)}${scope}${rows}${columns}>`;
}
