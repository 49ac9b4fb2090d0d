import { describe, expect, test } from '@jest/globals';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';
import { FORMAT_NAMES, FORMATS, type FormatName } from '../../../../src/conversion/formats/registry.js';
import { drawText, toPng } from '../../../support/bitmap-text.js';
import { formatInput, relationships, withPackage, type PackageEntries } from '../../../support/office-package.js';
import { a4, writePdf } from '../../../support/pdf-writer.js';
import { problemsOf } from '../../../support/valid-document.js';
import { read } from '../formats/text-input.js';

const ODF = 'urn:oasis:names:tc:opendocument:xmlns';
const OOXML = 'http://schemas.openxmlformats.org';

const office = (part: string, content: string): PackageEntries => ({
  '_rels/.rels': relationships(['rId1', 'officeDocument', part]),
  [part]: content,
});

/** A small document of every format: bytes, or the parts of a package. */
const SAMPLES: Readonly<Record<FormatName, string | Buffer | PackageEntries>> = {
  pdf: writePdf([a4().text(72, 100, 'Some text')]),
  docx: office(
    'word/document.xml',
    `<w:document xmlns:w="${OOXML}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>x</w:t></w:r></w:p></w:body></w:document>`,
  ),
  xlsx: {
    ...office(
      'xl/workbook.xml',
      `<workbook xmlns="${OOXML}/spreadsheetml/2006/main" xmlns:r="${OOXML}/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="s1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': relationships(['s1', 'worksheet', 'worksheets/sheet1.xml']),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${OOXML}/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`,
  },
  pptx: {
    ...office(
      'ppt/presentation.xml',
      `<p:presentation xmlns:p="${OOXML}/presentationml/2006/main" xmlns:r="${OOXML}/officeDocument/2006/relationships"><p:sldIdLst><p:sldId id="256" r:id="s1"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`,
    ),
    'ppt/_rels/presentation.xml.rels': relationships(['s1', 'slide', 'slides/slide1.xml']),
    'ppt/slides/slide1.xml': `<p:sld xmlns:p="${OOXML}/presentationml/2006/main" xmlns:a="${OOXML}/drawingml/2006/main"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`,
  },
  odt: {
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml': `<office:document-content xmlns:office="${ODF}:office:1.0" xmlns:text="${ODF}:text:1.0"><office:body><office:text><text:p>x</text:p></office:text></office:body></office:document-content>`,
  },
  html:
    '<title>t</title><nav>m</nav><h1>t</h1><p>a <b>b</b> <code>c</code></p><ol><li>x<ul><li>y</ul></ol><pre class="lang-go">z</pre>' +
    '<table><tr><th rowspan=2>a<td><a href="/">b</a><tr><td>c</table><figure><img alt=i><figcaption>f</figcaption></figure>',
  markdown: '# t\n\n- a\n  1. **b**\n\n| a | b |\n|---|---|\n| `c` | [d](e) |\n',
  csv: 'a,b\n1,2\n',
  text: 'a\n\nb',
  image: toPng(drawText(['IS'])),
};

async function readSample(name: FormatName): Promise<DoclingDocument> {
  const format = await FORMATS[name].load();
  const sample = SAMPLES[name];
  if (typeof sample === 'string' || Buffer.isBuffer(sample)) return read(format, sample);
  return withPackage(sample, (file) => format.read(formatInput(file)));
}

describe('the schema of documents', () => {
  test('when a document holds every kind of item, then it fits', () => {
    const builder = new DocumentBuilder({ fileName: 'x.pdf', mimeType: 'application/pdf', binaryHash: 1 });
    builder.page(1, 2);
    const box = { l: 0, t: 0, r: 1, b: 1, coord_origin: 'TOPLEFT' as const };
    builder.addText('title', 'x', undefined, { box, formatting: { bold: true }, hyperlink: '/x' });
    builder.addHeading(1, 'x');
    builder.addListItem('x', builder.addGroup('list', 'list'), '-');
    builder.addCode('x');
    builder.addFormula('x');
    builder.addCaption('x', builder.addTable([['x']], undefined, box));
    builder.addPicture(undefined, 'x', box, 'chart');
    builder.addText('page_footer', 'x', undefined, { layer: 'furniture' });
    expect(problemsOf(builder.document)).toEqual([]);
  });

  test.each(FORMAT_NAMES)('when a document is read from %s, then it fits, and so does its JSON', async (name) => {
    const document = await readSample(name);
    expect(document.body.children).not.toEqual([]);
    expect(problemsOf(JSON.parse(renderExport(exporters.json, document)) as DoclingDocument)).toEqual([]);
  });

  test.each<[string, (document: DoclingDocument) => void]>([
    ['an unknown label', (document) => Object.assign(document.texts[0]!, { label: 'poem' })],
    ['a missing member', (document) => Reflect.deleteProperty(document.texts[0]!, 'orig')],
    ['a member of its own', (document) => Object.assign(document, { extra: 1 })],
    ['a broken reference', (document) => document.body.children.push({ $ref: '#/nowhere/0' })],
  ])('when a document has %s, then it does not fit', (_case, spoil) => {
    const builder = new DocumentBuilder({ fileName: 'x.pdf', mimeType: 'application/pdf', binaryHash: 1 });
    builder.addText('text', 'x');
    spoil(builder.document);
    expect(problemsOf(builder.document)).not.toEqual([]);
  });
});
