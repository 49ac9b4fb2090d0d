import type { DoclingDocument } from '../../document/docling-document.js';
import { DocumentBuilder } from '../../document/document-builder.js';
import { readPackage } from '../../package/read-package.js';
import { mainPartName, readRelationships, readXmlPart } from '../../package/relationships.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { Format, FormatInput } from '../format.js';
import { addComments, readAuthors } from './comments.js';
import { readPresentation, SlideReader } from './slide-parts.js';
import { SlideWriter } from './slide-writer.js';

/** PowerPoint presentations: pptx, pptm and ppsx. */
export const pptxFormat: Format = { name: 'pptx', read: (input) => readPackage(input, convert) };

async function convert(pkg: ZipPackage, input: FormatInput): Promise<DoclingDocument> {
  const main = await mainPartName(pkg);
  const relationships = await readRelationships(pkg, main);
  const { slides, width, height } = readPresentation(await readXmlPart(pkg, main), relationships);
  const authors = await readAuthors(pkg, relationships);
  const reader = new SlideReader(pkg);
  const builder = new DocumentBuilder(input);
  for (const [index, part] of slides.entries()) {
    input.signal.throwIfAborted();
    const slide = await reader.read(part);
    const pageNo = builder.page(width, height);
    const group = builder.addGroup('slide', `slide-${pageNo}`);
    if (slide) {
      await new SlideWriter(builder, pkg, slide, group).write();
      await addComments(builder, pkg, slide.relationships, authors, group);
    }
    input.onProgress((index + 1) / slides.length);
  }
  return builder.document;
}
