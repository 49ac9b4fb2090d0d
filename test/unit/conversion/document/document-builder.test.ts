import { beforeEach, describe, expect, test } from '@jest/globals';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import { resolve } from '../../../../src/conversion/document/docling-document.js';
import { LIMITS } from '../../../../src/conversion/limits.js';

describe('the document builder', () => {
  let builder: DocumentBuilder;

  beforeEach(() => {
    builder = new DocumentBuilder({ fileName: 'report.final.pdf', mimeType: 'application/pdf', binaryHash: 7 });
  });

  test('when items are added, then parent and child refer to each other', () => {
    const list = builder.addGroup('ordered_list', 'list');
    const item = builder.addListItem('x', list, '1.');
    expect(builder.document.name).toBe('report.final');
    expect(builder.document.body.children).toEqual([{ $ref: '#/groups/0' }]);
    expect(list.children).toEqual([{ $ref: '#/texts/0' }]);
    expect(item).toMatchObject({ parent: { $ref: '#/groups/0' }, enumerated: true, marker: '1.' });
    expect(resolve(builder.document, { $ref: '#/texts/0' })).toBe(item);
    expect(resolve(builder.document, { $ref: '#/texts/1' })).toBeUndefined();
    expect(resolve(builder.document, { $ref: '#/elsewhere/1' })).toBeUndefined();
  });

  test('when items are furniture, then they hang below the furniture', () => {
    builder.addText('text', 'a', undefined, { layer: 'furniture' });
    builder.addTable([['a']], undefined, undefined, 'furniture');
    builder.addPicture(undefined, undefined, undefined, 'picture', 'furniture');
    expect(builder.document.furniture.children).toHaveLength(3);
    expect(builder.document.body.children).toHaveLength(0);
  });

  test('when a box is given, then it belongs to the page that is open', () => {
    const box = { l: 1, t: 2, r: 3, b: 4, coord_origin: 'TOPLEFT' as const };
    expect(builder.addText('text', 'no page', undefined, { box }).prov).toEqual([]);
    builder.page();
    builder.page(10, 20);
    expect(builder.addText('text', 'page', undefined, { box }).prov).toEqual([
      { page_no: 2, bbox: box, charspan: [0, 4] },
    ]);
  });

  test('when text holds characters that no database takes, then they are left out', () => {
    builder.addTable([['a\u0000b']]);
    expect(builder.addText('text', 'a\u0000\u0007b\n\tc').text).toBe('ab\n\tc');
    expect(builder.document.tables[0]!.data.grid[0]![0]!.text).toBe('ab');
  });

  test('when links are absolute, then they are written as browsers and Docling write them, and others stay', () => {
    const links = ['HTTPS://Example.ORG', 'mailto:a@b.c', './a/../b', '#f', 'C:\\a b', 'https://[broken'];
    const texts = links.map((hyperlink) => builder.addText('text', 'x', undefined, { hyperlink }));
    expect(texts.map(({ hyperlink }) => hyperlink)).toEqual([
      ...['https://example.org/', 'mailto:a@b.c', './a/../b', '#f', 'c:\\a b', 'https://[broken'],
    ]);
  });

  test('when a language is named as people do, then it becomes the name that Docling knows', () => {
    const languages = ['py', 'C++', 'Shell', 'klingon'].map((language) => builder.addCode('x', language));
    expect(languages).toMatchObject([
      { code_language: 'Python' },
      { code_language: 'C++' },
      { code_language: 'Bash' },
      { code_language: 'unknown' },
    ]);
  });

  test('when cells span, then they stand at every place that they cover and the gaps are empty', () => {
    const { data } = builder.addTable([['a', { text: 'b', rowSpan: 9, colSpan: 2 }], ['c'], []]);
    expect(data.grid.map((row) => row.map(({ text }) => text))).toEqual([
      ['a', 'b', 'b'],
      ['c', 'b', 'b'],
      ['', 'b', 'b'],
    ]);
    expect(data).toMatchObject({ num_rows: 3, num_cols: 3 });
    expect(data.table_cells.map(({ text, row_span: rows }) => [text, rows])).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 1],
    ]);
  });

  test('when all tables together have too many places, then it ends with E305', () => {
    const half = { text: 'x', colSpan: LIMITS.cells / 2 };
    builder.addTable([[half]]);
    builder.addTable([[half]]);
    expect(() => builder.addTable([['x']])).toThrow(expect.objectContaining({ code: 'E305' }));
  });

  test('when there are too many items, then it ends with E305', () => {
    for (let index = 0; index < LIMITS.items; index += 1) builder.addGroup('section', 's');
    expect(() => builder.addText('text', 'x')).toThrow(expect.objectContaining({ code: 'E305' }));
  });
});
