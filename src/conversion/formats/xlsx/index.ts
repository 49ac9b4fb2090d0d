import type { BoundingBox, DoclingDocument, GroupItem } from '../../document/docling-document.js';
import { DocumentBuilder } from '../../document/document-builder.js';
import { addChart, MOST_POINTS, type ReferenceResolver } from '../../package/chart.js';
import { readPackage } from '../../package/read-package.js';
import { mainPartName, readRelationships, readXmlPart } from '../../package/relationships.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { Format, FormatInput } from '../format.js';
import { parseRange, type CellRange } from './cell-address.js';
import { addComments, readPersons } from './comments.js';
import { readDrawings, type Drawing } from './drawings.js';
import { readNumberKinds } from './number-formats.js';
import { findTables, type TableRegion } from './regions.js';
import { readSharedStrings } from './shared-strings.js';
import { readSheet, type CellContext, type CellGrid, type SheetContent } from './sheet.js';
import { readWorkbook, type Sheet } from './workbook.js';

/** Excel workbooks: xlsx and xlsm. */
export const xlsxFormat: Format = { name: 'xlsx', read: (input) => readPackage(input, convert) };

async function convert(pkg: ZipPackage, input: FormatInput): Promise<DoclingDocument> {
  const main = await mainPartName(pkg);
  const relationships = await readRelationships(pkg, main);
  const workbook = readWorkbook(await readXmlPart(pkg, main), relationships);
  const persons = readPersons(await readXmlPart(pkg, relationships.target('person')));
  const context: CellContext = {
    strings: await readSharedStrings(pkg, relationships.target('sharedStrings')),
    kinds: readNumberKinds(await readXmlPart(pkg, relationships.target('styles'))),
    date1904: workbook.date1904,
  };
  const builder = new DocumentBuilder(input);
  for (const [index, sheet] of workbook.sheets.entries()) {
    input.signal.throwIfAborted();
    await addSheet(builder, pkg, sheet, context, persons);
    input.onProgress((index + 1) / workbook.sheets.length);
  }
  return builder.document;
}

async function addSheet(
  builder: DocumentBuilder,
  pkg: ZipPackage,
  sheet: Sheet,
  context: CellContext,
  persons: ReadonlyMap<string, string>,
): Promise<void> {
  builder.page();
  const group = builder.addGroup('sheet', sheet.name);
  builder.addHeading(1, sheet.name, group);
  const relationships = await readRelationships(pkg, sheet.part);
  const content: SheetContent = sheet.isChart ? { grid: [], merges: [] } : await readSheet(pkg, sheet.part, context);
  const tables = findTables(content);
  const drawings = await readDrawings(pkg, relationships, resolverFor(sheet.name, content.grid));
  addByPosition(builder, group, tables, drawings);
  await addComments(builder, pkg, sheet.name, relationships, persons);
}

/** Tables and drawings from top to bottom; where they begin in one row, tables come first. */
function addByPosition(
  builder: DocumentBuilder,
  group: GroupItem,
  tables: readonly TableRegion[],
  drawings: readonly Drawing[],
): void {
  const items = [
    ...tables.map((table) => ({ top: table.top, add: () => addTable(builder, group, table) })),
    ...drawings.map((drawing) => ({ top: drawing.range.top, add: () => addDrawing(builder, group, drawing) })),
  ];
  for (const { add } of items.sort((one, other) => one.top - other.top)) add();
}

function addTable(builder: DocumentBuilder, group: GroupItem, table: TableRegion): void {
  if (table.title !== undefined) builder.addText('text', table.title, group);
  builder.addTable(table.rows, group, boxOf(table));
}

function addDrawing(builder: DocumentBuilder, group: GroupItem, { range, description, chart }: Drawing): void {
  const box = boxOf(range);
  if (chart) addChart(builder, chart, { parent: group, box, description });
  else builder.addPicture(group, description, box);
}

/** Boxes on a sheet count cells, as Docling's do. */
function boxOf({ top, left, bottom, right }: CellRange): BoundingBox {
  return { l: left, t: top, r: right + 1, b: bottom + 1, coord_origin: 'TOPLEFT' };
}

/** Looks up references into the same sheet, for charts that keep no copy of their data. */
function resolverFor(sheet: string, grid: CellGrid): ReferenceResolver {
  return (formula) => {
    const [, quoted, plain, address = ''] = /^(?:'((?:[^']|'')+)'|([^'!]+))!(.+)$/.exec(formula) ?? [];
    const range = parseRange(address);
    if (!range || (quoted?.replaceAll("''", "'") ?? plain) !== sheet) return undefined;
    const { top, left, bottom, right } = range;
    const values: string[] = [];
    for (let row = top; row <= Math.min(bottom, grid.length - 1) && values.length < MOST_POINTS; row += 1)
      for (let column = left; column <= right && values.length < MOST_POINTS; column += 1)
        values.push(grid[row]?.[column] ?? '');
    return values;
  };
}
