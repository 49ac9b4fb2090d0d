import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../../errors.js';
import type { DoclingDocument } from '../../document/docling-document.js';
import { DocumentBuilder } from '../../document/document-builder.js';
import { readPackage } from '../../package/read-package.js';
import { mainPartName, readRelationships, readXmlPart } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { Format, FormatInput } from '../format.js';
import { BodyWriter } from './body.js';
import { addComments } from './comments.js';
import { DrawingParts } from './drawings.js';
import { addHeadersAndFooters } from './headers-footers.js';
import { Notes } from './notes.js';
import { Numbering } from './numbering.js';
import type { PartContext } from './paragraph.js';
import { PlainTextReader } from './plain-text.js';
import { StyleSheet } from './styles.js';

/** Blocks between two looks at the signal. */
const BLOCKS_PER_STEP = 500;

/** Word documents and templates, with and without macros, transitional and strict. */
export const docxFormat: Format = { name: 'docx', read: (input) => readPackage(input, convert) };

async function convert(pkg: ZipPackage, input: FormatInput): Promise<DoclingDocument> {
  const main = await mainPartName(pkg);
  const relationships = await readRelationships(pkg, main);
  const related = (type: string) => readXmlPart(pkg, relationships.target(type));
  const notes = new Notes(await related('footnotes'), await related('endnotes'));
  const styles = new StyleSheet(await related('styles'));
  const drawings = await DrawingParts.read(pkg, relationships);
  const context: PartContext = { styles, relationships, notes, drawings };
  const numbering = new Numbering(await related('numbering'));
  const body = (await readXmlPart(pkg, main))?.child('w:body');
  if (!body) throw new AppError('E004', 'The main part of the document has no body');

  const builder = new DocumentBuilder(input);
  const plain = new PlainTextReader(context, numbering);
  await writeBody(new BodyWriter(builder, context, numbering, plain), body, input);
  addNotes(builder, notes, plain);
  await addHeadersAndFooters(builder, pkg, body, context, numbering);
  addComments(builder, await related('comments'), plain);
  return builder.document;
}

async function writeBody(writer: BodyWriter, body: XmlElement, input: FormatInput): Promise<void> {
  const total = Math.max(1, body.children.length);
  const steps = writer.write(body);
  for (let blocks = 1; !steps.next().done; blocks += 1) {
    if (blocks % BLOCKS_PER_STEP !== 0) continue;
    await setImmediate();
    input.signal.throwIfAborted();
    input.onProgress(Math.min(1, blocks / total));
  }
}

/** Footnotes and endnotes follow the text, each behind the mark that stands in the text. */
function addNotes(builder: DocumentBuilder, notes: Notes, plain: PlainTextReader): void {
  for (const { element, mark } of notes.takeCited()) {
    const text = plain.lines(element).join('\n');
    if (text !== '') builder.addText('footnote', `${mark} ${text}`);
  }
}
