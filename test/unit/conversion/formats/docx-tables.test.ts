import { docxFormat } from '../../../../src/conversion/formats/docx/index.js';
import { outline, readPackage } from '../../../support/office-package.js';
import { docx, numbered, p, PARTS, r, read, style } from '../../../support/word-package.js';

describe('docx: tables', () => {
  const cell = (content: string, properties = '') =>
    `<w:tc><w:tcPr>${properties}</w:tcPr>${content.startsWith('<') ? content : p(content)}</w:tc>`;
  const row = (...cells: string[]) => `<w:tr>${cells.join('')}</w:tr>`;

  it('when cells are merged both ways, then they stand at every place that they cover', async () => {
    const body = `<w:tbl>${row(cell('a', '<w:gridSpan w:val="2"/>'), cell('b', '<w:vMerge w:val="restart"/>'))}${row(cell('c'), cell('d'), cell('', '<w:vMerge/>'))}</w:tbl>`;
    const document = await readPackage(docxFormat, docx(body));
    expect(outline(document)).toEqual(['table: [a|a|b][c|d|b]']);
    expect(document.tables[0]!.data.table_cells.filter((one) => one.column_header)).toHaveLength(2);
  });

  it('when a row starts late, then the places before it are empty', async () => {
    const late = `<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>${cell('c')}</w:tr>`;
    expect(await read(`<w:tbl>${row(cell('a'), cell('b'))}${late}</w:tbl>`)).toEqual(['table: [a|b][|c]']);
  });

  it('when a cell holds lists, links, pictures or a table, then it is a group of its own', async () => {
    const inner = `<w:tbl>${row(cell('x'), cell('y'))}</w:tbl>`;
    const link = `<w:hyperlink r:id="rId9">${r('here')}</w:hyperlink>`;
    const picture = '<w:r><w:drawing><wp:inline><wp:docPr descr="A cat"/><a:blip/></wp:inline></w:drawing></w:r>';
    const body = `<w:tbl>${row(cell(`${p('a')}${inner}`), cell(p(link)))}${row(cell(p('c', numbered(1, 0)) + p('d', numbered(2, 0))), cell(p(picture)))}</w:tbl>`;
    expect(await read(body, PARTS, [['rId9', 'hyperlink', 'https://a.example/']])).toEqual([
      'table: [a\nx y|here][1. c\n- d|]',
      '  unspecified group',
      '    text: a',
      '    table: [x|y]',
      '  unspecified group',
      '    text: here -> https://a.example/',
      '  unspecified group',
      '    ordered_list group',
      '      item 1. c',
      '    list group',
      '      item - d',
      '  unspecified group',
      '    picture: A cat',
    ]);
  });

  it('when a cell is plain text, then it has no group, whatever empty paragraphs stand around it', async () => {
    const body = `<w:tbl>${row(cell(`<w:p/>${p('a')}<w:p><w:pPr/></w:p>`), cell(p(r('b') + r(' c'))))}</w:tbl>`;
    expect(await read(body)).toEqual(['table: [a|b c]']);
  });

  it('when a cell has headings or check boxes, then they are its text', async () => {
    const box =
      '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent/></w:sdt>';
    const body = `<w:tbl>${row(cell(p('Head', style('berschrift1'))), cell(p(`${box}${r(' yes')}`)))}</w:tbl>`;
    expect(await read(body, PARTS)).toEqual(['table: [Head|☒ yes]']);
    const sections = `<w:tbl>${row(cell(p('Head', style('berschrift1')) + p('a')), cell('b'))}</w:tbl>`;
    expect(await read(sections, PARTS)).toEqual([
      'table: [Head\na|b]',
      '  unspecified group',
      '    text: Head',
      '    text: a',
    ]);
  });

  it('when tables nest without end, then the inner ones are text', async () => {
    let table = 'x';
    for (let depth = 0; depth < 40; depth += 1)
      table = `<w:tbl>${row(cell('', ''), cell(depth ? table + p('') : table))}</w:tbl>`;
    const lines = await read(table);
    expect(lines.filter((line) => line.includes('table:'))).toHaveLength(5);
    expect(lines[0]).toContain('x');
  });

  it('when controls stand around rows and cells, then these are read', async () => {
    const control = (content: string) => `<w:sdt><w:sdtPr/><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
    const body = `<w:tbl>${control(row(cell('a'), control(cell('b'))))}${row(cell(control(p('c'))), cell('d'))}</w:tbl>`;
    expect((await read(body))[0]).toBe('table: [a|b][c|d]');
  });

  it('when a row was deleted under tracking, then it is gone', async () => {
    const deleted = `<w:tr><w:trPr><w:del w:id="1"/></w:trPr>${cell('x')}${cell('y')}</w:tr>`;
    expect(await read(`<w:tbl>${row(cell('a'), cell('b'))}${deleted}</w:tbl>`)).toEqual(['table: [a|b]']);
  });

  it('when a table has one cell only, then its content is ordinary text', async () => {
    expect(await read(`<w:tbl>${row(cell(p('a') + p('b')))}</w:tbl>`)).toEqual(['text: a', 'text: b']);
  });
});
