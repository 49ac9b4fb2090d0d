import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { doclingDocumentSchema } from '../../../../src/conversion/document/schema.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { htmlFormat } from '../../../../src/conversion/formats/html.js';
import { read } from '../formats/text-input.js';

const validate = new Ajv({ allErrors: true }).compile(doclingDocumentSchema);

function problemsOf(document: DoclingDocument): unknown {
  validate(JSON.parse(exporters.json.render(document)));
  return validate.errors;
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
    expect(problemsOf(builder.document)).toBeNull();
  });

  test('when a page is read, then its document fits', async () => {
    const html =
      '<nav>m</nav><h1>t</h1><p>a <b>b</b> <code>c</code></p><ol><li>x<ul><li>y</ul></ol><pre class="lang-go">z</pre>' +
      '<table><tr><th rowspan=2>a<td><a href="/">b</a><tr><td>c</table><figure><img alt=i><figcaption>f</figcaption></figure>';
    expect(problemsOf(await read(htmlFormat, html))).toBeNull();
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
    expect(problemsOf(builder.document)).not.toBeNull();
  });
});
