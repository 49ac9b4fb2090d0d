import type { CellInput } from '../../document/document-builder.js';
import { drawingText } from '../../package/chart.js';
import type { XmlElement } from '../../package/xml-tree.js';

/** An `a:tbl` as `DocumentBuilder.addTable` takes it; undefined when all its cells are empty. */
export function tableRows(table: XmlElement): CellInput[][] | undefined {
  const rows = table.elements('a:tr').map((row, index) =>
    row
      .elements('a:tc')
      .filter((cell) => !isOn(cell, 'hMerge') && !isOn(cell, 'vMerge'))
      .map((cell) => ({
        text: cellText(cell),
        rowSpan: span(cell, 'rowSpan'),
        colSpan: span(cell, 'gridSpan'),
        columnHeader: index === 0,
      })),
  );
  return rows.some((row) => row.some((cell) => cell.text !== '')) ? rows : undefined;
}

function cellText(cell: XmlElement): string {
  const body = cell.child('a:txBody');
  return body ? drawingText(body).trim() : '';
}

function isOn(cell: XmlElement, name: string): boolean {
  const setting = cell.attribute(name);
  return setting === '1' || setting === 'true';
}

function span(cell: XmlElement, name: string): number {
  const value = Number(cell.attribute(name) ?? 1);
  return Number.isInteger(value) ? Math.min(Math.max(value, 1), 1_000) : 1;
}
