import type { BoundingBox, GroupItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { addChart } from '../../package/chart.js';
import { readRelationships } from '../../package/relationships.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { CellRange } from './cell-address.js';
import { addComments } from './comments.js';
import { readDrawings, type Drawing } from './drawings.js';
import { findTables, type SheetTable } from './tables.js';
import type { WorkbookCells } from './workbook-cells.js';
import type { Sheet } from './workbook.js';

/** Writes sheets, each as a group on a page of its own, headed by its name. */
export class SheetWriter {
  constructor(
    private readonly builder: DocumentBuilder,
    private readonly pkg: ZipPackage,
    private readonly cells: WorkbookCells,
    private readonly persons: ReadonlyMap<string, string>,
  ) {}

  async write(sheet: Sheet): Promise<void> {
    this.builder.page();
    const group = this.builder.addGroup('sheet', sheet.name);
    this.builder.addHeading(1, sheet.name, group);
    const relationships = await readRelationships(this.pkg, sheet.part);
    const tables = findTables(await this.cells.read(sheet));
    this.addByPosition(group, tables, await readDrawings(this.pkg, relationships, this.cells));
    await addComments(this.builder, this.pkg, sheet.name, relationships, this.persons);
  }

  /** Tables and drawings from top to bottom; where they begin in one row, tables come first. */
  private addByPosition(group: GroupItem, tables: readonly SheetTable[], drawings: readonly Drawing[]): void {
    const items = [
      ...tables.map((table) => ({ top: table.top, add: () => this.addTable(group, table) })),
      ...drawings.map((drawing) => ({ top: drawing.range.top, add: () => this.addDrawing(group, drawing) })),
    ];
    for (const { add } of items.sort((one, other) => one.top - other.top)) add();
  }

  private addTable(group: GroupItem, table: SheetTable): void {
    if (table.title !== undefined) this.builder.addText('text', table.title, group);
    this.builder.addTable(table.rows, group, boxOf(table));
  }

  private addDrawing(group: GroupItem, drawing: Drawing): void {
    const box = boxOf(drawing.range);
    if (drawing.kind === 'chart') addChart(this.builder, drawing.chart, { parent: group, box });
    else if (drawing.kind === 'picture') this.builder.addPicture(group, drawing.description, box);
    else this.builder.addText('text', drawing.text, group, { box });
  }
}

/** Boxes on a sheet count cells, as Docling's do. */
function boxOf({ top, left, bottom, right }: CellRange): BoundingBox {
  return { l: left, t: top, r: right + 1, b: bottom + 1, coord_origin: 'TOPLEFT' };
}
