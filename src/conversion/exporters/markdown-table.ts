import type { DocumentNode, ListItem, TableCell, TableItem } from '../document/docling-document.js';
import { isListItem, isText, type BodyReader } from './body-reader.js';
import { listMarker } from './list-marker.js';
import { escapeMarkdown, joinLines } from './markdown-escape.js';
import { IMAGE, markdownLine } from './markdown-line.js';
import { textRuns } from './text-runs.js';

/** The lines of a pipe table; a spanning cell is repeated at every place that it covers. */
export function* tableRows(table: TableItem, reader: BodyReader): Generator<string> {
  const { grid, num_cols: columns } = table.data;
  if (columns === 0) return;
  const rich = new Map<TableCell, string>();
  for (const [index, row] of grid.entries()) {
    yield `| ${row.map((cell) => cellText(cell, reader, rich)).join(' | ')} |`;
    if (index === 0) yield `|${' - |'.repeat(columns)}`;
  }
}

function cellText(cell: TableCell, reader: BodyReader, rich: Map<TableCell, string>): string {
  const content = reader.richContent(cell);
  if (!content) return singleLine(escapeMarkdown(cell.text));
  const known = rich.get(cell) ?? singleLine(blockLine(content, reader, 0));
  rich.set(cell, known);
  return known;
}

function singleLine(text: string): string {
  return joinLines(text).replaceAll('|', '\\|').trim();
}

/** Blocks one after the other in one line: all that a cell of a pipe table can hold. */
function blockLine(node: DocumentNode, reader: BodyReader, depth: number): string {
  if (node.label === 'inline') return markdownLine(textRuns(node, reader, depth));
  const isPicture = node.label === 'picture' || node.label === 'chart';
  const captions = node.label === 'table' || isPicture ? reader.captions(node) : [];
  const parts = [
    isListItem(node) ? itemMark(node) : '',
    isText(node) ? markdownLine(textRuns(node, reader, depth)) : '',
    ...captions.map((caption) => blockLine(caption, reader, depth + 1)),
    isPicture ? IMAGE : '',
    ...(node.label === 'table' ? node.data.table_cells : []).map((cell) => nestedCell(cell, reader, depth + 1)),
    ...reader.children(node, depth).map((child) => blockLine(child, reader, depth + 1)),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function nestedCell(cell: TableCell, reader: BodyReader, depth: number): string {
  const content = reader.richContent(cell);
  return content ? blockLine(content, reader, depth) : escapeMarkdown(cell.text);
}

/** As in a list of its own; an item that has no number shows a bullet. */
function itemMark(item: ListItem): string {
  const marker = listMarker(item, 1);
  if (marker.kind === 'number') return item.marker === '' ? '-' : `${marker.value}.`;
  return marker.kind === 'label' ? escapeMarkdown(marker.text) : '-';
}
