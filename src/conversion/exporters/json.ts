import type { TableItem } from '../document/docling-document.js';
import type { Exporter } from './exporter.js';
import type { ExportText } from './export-text.js';

/** Cells that are written at once: few enough that a limit is noticed before memory runs out. */
const CELLS_AT_ONCE = 1_000;

/** The document itself, as docling-core reads it. */
export const jsonExporter: Exporter = {
  mediaType: 'application/json',
  write(document, text) {
    writeMembers(text, document, (key, value) => {
      if (key === 'tables') writeArray(text, document.tables, (table) => writeTable(text, table));
      else if (Array.isArray(value)) writeArray(text, value, (item) => text.add(JSON.stringify(item)));
      else text.add(JSON.stringify(value));
    });
  },
};

function writeTable(text: ExportText, table: TableItem): void {
  writeMembers(text, table, (key, value) => {
    if (key !== 'data') return text.add(JSON.stringify(value));
    writeMembers(text, table.data, (name, part) => {
      if (name === 'table_cells') writeInSlices(text, table.data.table_cells);
      else if (name === 'grid') writeArray(text, table.data.grid, (row) => writeInSlices(text, row));
      else text.add(JSON.stringify(part));
    });
  });
}

function writeMembers(text: ExportText, object: object, writeValue: (key: string, value: unknown) => void): void {
  let separator = '{';
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    text.add(`${separator}${JSON.stringify(key)}:`);
    writeValue(key, value);
    separator = ',';
  }
  text.add(separator === '{' ? '{}' : '}');
}

function writeArray<T>(text: ExportText, items: readonly T[], writeItem: (item: T) => void): void {
  text.add('[');
  items.forEach((item, index) => {
    if (index > 0) text.add(',');
    writeItem(item);
  });
  text.add(']');
}

function writeInSlices(text: ExportText, items: readonly unknown[]): void {
  text.add('[');
  for (let start = 0; start < items.length; start += CELLS_AT_ONCE) {
    const slice = JSON.stringify(items.slice(start, start + CELLS_AT_ONCE));
    text.add((start > 0 ? ',' : '') + slice.slice(1, -1));
  }
  text.add(']');
}
