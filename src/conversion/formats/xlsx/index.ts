import type { DoclingDocument } from '../../document/docling-document.js';
import { DocumentBuilder } from '../../document/document-builder.js';
import { readPackage } from '../../package/read-package.js';
import { mainPartName, readRelationships, readXmlPart } from '../../package/relationships.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { Format, FormatInput } from '../format.js';
import { readPersons } from './comments.js';
import { readNumberKinds } from './number-formats.js';
import { readSharedStrings } from './shared-strings.js';
import type { CellContext } from './sheet.js';
import { SheetWriter } from './sheet-writer.js';
import { WorkbookCells } from './workbook-cells.js';
import { readWorkbook } from './workbook.js';

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
  const writer = new SheetWriter(builder, pkg, new WorkbookCells(pkg, workbook.sheets, context), persons);
  const visible = workbook.sheets.filter((sheet) => sheet.isVisible);
  for (const [index, sheet] of visible.entries()) {
    input.signal.throwIfAborted();
    await writer.write(sheet);
    input.onProgress((index + 1) / visible.length);
  }
  return builder.document;
}
