import { docxFormat } from '../../../../src/conversion/formats/docx/index.js';
import { outline, readPackage, relationships } from '../../../support/office-package.js';
import { docx, numbered, p, part, r, read, style } from '../../../support/word-package.js';

describe('docx: hostile and broken packages', () => {
  it('when styles are based on each other in a circle, then their paragraphs are text', async () => {
    const styles = ['a', 'b', 'c']
      .map(
        (id, index) =>
          `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${id}"/><w:basedOn w:val="${'bca'.charAt(index)}"/></w:style>`,
      )
      .join('');
    expect(await read(p('x', style('b')), { 'styles.xml': part('styles', styles) })).toEqual(['text: x']);
  });

  it('when a numbering refers to itself or is missing, then its items are bullets', async () => {
    const numbering = part(
      'numbering',
      '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="s"/><w:styleLink w:val="s"/></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    );
    const body = p('a', numbered(1, 0)) + p('b', numbered(7, 99));
    expect(await read(body, { 'numbering.xml': numbering })).toEqual([
      'list group',
      '  item - a',
      '    list group',
      '      item - b',
    ]);
  });

  it('when relationships lead nowhere or in a circle, then what they should bring is left out', async () => {
    const links: [string, string, string][] = [
      ['rId7', 'styles', 'nowhere.xml'],
      ['rId8', 'header', 'document.xml'],
      ['rId9', 'chart', '../../../outside.xml'],
    ];
    const body =
      p(`<w:hyperlink r:id="rId0">${r('x')}</w:hyperlink>`) + '<w:sectPr><w:headerReference r:id="rId8"/></w:sectPr>';
    expect(await read(body, {}, links)).toEqual(['text: x']);
  });

  it('when the main part is no document, then E004', async () => {
    const entries = {
      '_rels/.rels': relationships(['rId1', 'officeDocument', 'word/document.xml']),
      'word/document.xml': part('styles', ''),
    };
    await expect(readPackage(docxFormat, entries)).rejects.toMatchObject({ code: 'E004' });
  });

  it('when blocks nest beyond all measure, then E305', async () => {
    const body = '<w:sdt><w:sdtContent>'.repeat(150) + p('x') + '</w:sdtContent></w:sdt>'.repeat(150);
    await expect(read(body)).rejects.toMatchObject({ code: 'E305' });
  });

  it('when tables claim more places than there may be, then E305', async () => {
    const wide = '<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p/></w:tc>'.repeat(20);
    await expect(read(`<w:tbl>${`<w:tr>${wide}</w:tr>`.repeat(800)}</w:tbl>`)).rejects.toMatchObject({ code: 'E305' });
  });

  it('when fields begin and never end, then only what stands in their results is shown', async () => {
    const field = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
    const open = `${field('begin')}${r('no')}${field('separate')}`.repeat(2_000);
    expect(await read(p(open + r('yes') + field('end') + field('begin') + r('no')) + p('after'))).toEqual([
      'text: yes',
      'text: after',
    ]);
  });

  it('when lists go ever deeper, then they end nesting and keep their order', async () => {
    const items = Array.from({ length: 400 }, (_, index) =>
      p(`${index}`, `${numbered(index + 1, 0)}<w:ind w:left="${index}"/>`),
    );
    const lines = outline(await readPackage(docxFormat, docx(items.join(''))));
    const texts = lines.filter((line) => line.includes('item')).map((line) => line.trim());
    expect(texts).toEqual(items.map((_, index) => `item - ${index}`));
    expect(Math.max(...lines.map((line) => line.search(/\S/)))).toBeLessThan(150);
  });
});
