import { docxFormat } from '../../../../src/conversion/formats/docx/index.js';
import { outline, readPackage, relationships, type PackageEntries } from '../../../support/office-package.js';

const NAMESPACES = [
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:v="urn:schemas-microsoft-com:vml"',
  'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"',
].join(' ');

const part = (name: string, content: string): string => `<w:${name} ${NAMESPACES}>${content}</w:${name}>`;

function docx(body: string, parts: PackageEntries = {}, links: readonly [string, string, string][] = []) {
  const types = Object.keys(parts).map((name, index): [string, string, string] => [
    `part${index}`,
    name.replace(/\d*\.xml$/, ''),
    name,
  ]);
  return {
    '_rels/.rels': relationships(['rId1', 'officeDocument', 'word/document.xml']),
    'word/document.xml': part('document', `<w:body>${body}</w:body>`),
    'word/_rels/document.xml.rels': relationships(...types, ...links),
    ...Object.fromEntries(Object.entries(parts).map(([name, content]) => [`word/${name}`, content])),
  };
}

const read = async (...parameters: Parameters<typeof docx>) =>
  outline(await readPackage(docxFormat, docx(...parameters)));

const r = (text: string, properties = ''): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const p = (content: string, properties = ''): string =>
  `<w:p><w:pPr>${properties}</w:pPr>${content.startsWith('<') ? content : r(content)}</w:p>`;
const style = (id: string): string => `<w:pStyle w:val="${id}"/>`;
const numbered = (numId: number, level: number): string =>
  `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${numId}"/></w:numPr>`;

const STYLES = part(
  'styles',
  `<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
   <w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
   <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:basedOn w:val="berschrift1"/>
     <w:pPr><w:numPr><w:numId w:val="9"/></w:numPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
   <w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Chapter"/><w:basedOn w:val="berschrift1"/></w:style>
   <w:style w:type="paragraph" w:styleId="TOCHeading"><w:name w:val="TOC Heading"/><w:basedOn w:val="berschrift1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>
   <w:style w:type="paragraph" w:styleId="Outlined"><w:name w:val="Abschnitt"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
   <w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
   <w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>`,
);

const level = (index: number, format: string, text: string, more = ''): string =>
  `<w:lvl w:ilvl="${index}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/>${more}</w:lvl>`;

const NUMBERING = part(
  'numbering',
  `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%2)')}</w:abstractNum>
   <w:abstractNum w:abstractNumId="1">${level(0, 'bullet', '•')}${level(1, 'bullet', 'o')}</w:abstractNum>
   <w:abstractNum w:abstractNumId="2">${level(0, 'upperRoman', '%1')}${level(1, 'decimal', '%1.%2.', '<w:pStyle w:val="berschrift2"/>')}</w:abstractNum>
   <w:abstractNum w:abstractNumId="3">${level(0, 'decimal', 'Step %1:')}</w:abstractNum>
   <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
   <w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
   <w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
   <w:num w:numId="4"><w:abstractNumId w:val="3"/></w:num>
   <w:num w:numId="9"><w:abstractNumId w:val="2"/></w:num>`,
);

const PARTS = { 'styles.xml': STYLES, 'numbering.xml': NUMBERING };

describe('docx: paragraphs', () => {
  it('when a paragraph is formatted alike throughout, then the text itself carries the formatting', async () => {
    expect(await read(p(r('All ', '<w:b/>') + r('bold', '<w:b/>')))).toEqual(['text: All bold {bold}']);
  });

  it('when formats mix, then an inline group holds the pieces with their spaces', async () => {
    const body = p(
      r('H') + r('2', '<w:vertAlign w:val="subscript"/>') + r('O is ') + r('wet', '<w:rStyle w:val="Strong"/>'),
    );
    expect(await read(body, PARTS)).toEqual([
      'inline group',
      '  text: H',
      '  text: 2 {sub}',
      '  text: O is ',
      '  text: wet {bold}',
    ]);
  });

  it('when text was tracked, then inserted text stays and deleted text goes', async () => {
    const body = p(
      `${r('a')}<w:ins>${r('b')}</w:ins><w:del><w:r><w:delText>c</w:delText></w:r></w:del><w:moveFrom>${r('d')}</w:moveFrom><w:moveTo>${r('e')}</w:moveTo>`,
    );
    expect(await read(body)).toEqual(['text: abe']);
  });

  it('when a run holds breaks, tabs, symbols and hyphens, then they become characters', async () => {
    const body = p(
      '<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:sym w:font="Symbol" w:char="F061"/><w:br w:type="page"/></w:r>',
    );
    expect(await read(body)).toEqual(['text: a\tb\nc-α']);
  });

  it('when text is linked by element or by field, then it carries the address', async () => {
    const field = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
    const body =
      p(`${r('See ')}<w:hyperlink r:id="rId9">${r('here')}</w:hyperlink>`) +
      p(
        `${field('begin')}<w:r><w:instrText> HYPERLINK "https://b.example/" </w:instrText></w:r>${field('separate')}${r('there')}${field('end')}`,
      ) +
      p(`${field('begin')}<w:r><w:instrText> PAGE </w:instrText></w:r>${field('separate')}${r('7')}${field('end')}`);
    expect(await read(body, {}, [['rId9', 'hyperlink', 'https://a.example/']])).toEqual([
      'inline group',
      '  text: See ',
      '  text: here -> https://a.example/',
      'text: there -> https://b.example/',
      'text: 7',
    ]);
  });

  it('when links stand side by side, then the space between them stays', async () => {
    const link = (text: string) => `<w:hyperlink r:id="rId9">${r(text)}</w:hyperlink>`;
    expect(
      await read(p(`${link('a')}${r(' ')}${link('b')}${r(' ')}`), {}, [['rId9', 'hyperlink', 'https://a.example/']]),
    ).toEqual(['inline group', '  text: a -> https://a.example/', '  text:  ', '  text: b -> https://a.example/']);
  });

  it('when content sits in controls, then it is read, and a check box tells its state', async () => {
    const box = (checked: number) =>
      `<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="${checked}"/></w14:checkbox></w:sdtPr><w:sdtContent>${r('☐')}</w:sdtContent></w:sdt>`;
    const body =
      `<w:sdt><w:sdtContent>${p('block')}</w:sdtContent></w:sdt>` +
      p(`${r('in ')}<w:sdt><w:sdtContent>${r('line')}</w:sdtContent></w:sdt>`) +
      p(box(1) + r(' done')) +
      p(box(0) + r(' open'));
    expect(await read(body)).toEqual([
      'text: block',
      'text: in line',
      'checkbox_selected: done',
      'checkbox_unselected: open',
    ]);
  });
});

describe('docx: headings', () => {
  it('when styles are localised, then titles and headings are known by built-in name, outline level and base', async () => {
    const body =
      p('Name', style('Titel')) + p('One', style('berschrift1')) + p('Two', style('Own')) + p('Three', style('Loop'));
    expect(await read(body, PARTS)).toEqual(['title: Name', 'heading 1: One', 'heading 1: Two', 'text: Three']);
  });

  it('when a style of any name has an outline level, then it is a heading of that level', async () => {
    expect(await read(p('Three', style('Outlined')), PARTS)).toEqual(['heading 3: Three']);
  });

  it('when a heading style is kept out of the outline, then it is a heading all the same', async () => {
    expect(await read(p('Contents', style('TOCHeading')), PARTS)).toEqual(['heading 1: Contents']);
  });

  it('when a heading style is numbered, then its number stands in front', async () => {
    const chapter = style('berschrift1') + numbered(9, 0);
    const body =
      p('A', chapter) +
      p('B', style('berschrift2')) +
      p('C', style('berschrift2')) +
      p('D', chapter) +
      p('E', style('berschrift2'));
    expect(await read(body, PARTS)).toEqual([
      'heading 1: I A',
      'heading 2: I.1 B',
      'heading 2: I.2 C',
      'heading 1: II D',
      'heading 2: II.1 E',
    ]);
  });
});

describe('docx: lists', () => {
  it('when levels nest, then lists nest below the item before', async () => {
    const body = p('a', numbered(1, 0)) + p('b', numbered(1, 1)) + p('c', numbered(2, 1)) + p('d', numbered(1, 0));
    expect(await read(body, PARTS)).toEqual([
      'ordered_list group',
      '  item 1. a',
      '    ordered_list group',
      '      item 1.1. b',
      '    list group',
      '      item - c',
      '  item 2. d',
    ]);
  });

  it('when text interrupts a list, then it goes on counting; a restarted list begins at its start', async () => {
    const body =
      p('a', numbered(1, 0)) + p('text') + p('b', numbered(1, 0)) + p('c', numbered(3, 0)) + p('d', numbered(4, 0));
    expect(await read(body, PARTS)).toEqual([
      'ordered_list group',
      '  item 1. a',
      'text: text',
      'ordered_list group',
      '  item 2. b',
      'ordered_list group',
      '  item 1. c',
      'ordered_list group',
      '  item Step 1: d',
    ]);
  });

  it('when an item mixes formats, then its pieces stand below it', async () => {
    expect(await read(p(r('a ') + r('b', '<w:i/>'), numbered(2, 0)), PARTS)).toEqual([
      'list group',
      '  item - ',
      '    inline group',
      '      text: a ',
      '      text: b {italic}',
    ]);
  });
});

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

  it('when a table stands in a cell, then its text stays there', async () => {
    const inner = `<w:tbl>${row(cell('x'), cell('y'))}</w:tbl>`;
    expect(await read(`<w:tbl>${row(cell(`${p('a')}${inner}`), cell('b'))}</w:tbl>`)).toEqual(['table: [a\nx y|b]']);
  });

  it('when a table has one cell only, then its content is ordinary text', async () => {
    expect(await read(`<w:tbl>${row(cell(p('a') + p('b')))}</w:tbl>`)).toEqual(['text: a', 'text: b']);
  });
});

describe('docx: what stands beside the text', () => {
  const boxed = (content: string) => `<w:txbxContent>${content}</w:txbxContent>`;

  it('when a text box comes with a fallback, then its text appears once', async () => {
    const body = p(
      `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wps:txbx>${boxed(p('box'))}</wps:txbx></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>${boxed(p('box'))}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>${r('around')}`,
    );
    expect(await read(body)).toEqual(['section group', '  text: box', 'text: around']);
  });

  it('when there are pictures, then each is kept with its alternative text', async () => {
    const drawing =
      '<w:r><w:drawing><wp:inline><wp:docPr descr="A cat"/><a:graphic><a:blip r:embed="x"/></a:graphic></wp:inline></w:drawing></w:r>';
    const legacy = '<w:r><w:pict><v:shape alt="A dog"><v:imagedata r:id="y"/></v:shape></w:pict></w:r>';
    expect(await read(p(drawing + r('text')) + p(legacy))).toEqual(['picture: A cat', 'text: text', 'picture: A dog']);
  });

  it('when notes are cited, then they follow the text behind their marks', async () => {
    const notes = (kind: string, text: string) =>
      part(
        `${kind}s`,
        `<w:${kind} w:type="separator" w:id="0">${p('---')}</w:${kind}><w:${kind} w:id="1">${p(text)}</w:${kind}>`,
      );
    const body = p(
      `${r('Foot')}<w:r><w:footnoteReference w:id="1"/></w:r>${r(' end')}<w:r><w:endnoteReference w:id="1"/></w:r>`,
    );
    const parts = { 'footnotes.xml': notes('footnote', 'below'), 'endnotes.xml': notes('endnote', 'last') };
    expect(await read(body, parts)).toEqual(['text: Foot[1] end[2]', 'footnote: [1] below', 'footnote: [2] last']);
  });

  it('when there are comments, headers and footers, then they go to their own layers', async () => {
    const parts = {
      'comments.xml': part(
        'comments',
        `<w:comment w:id="3" w:author="Ann" w:initials="A" w:date="2026-01-02T03:04:05Z">${p('Why?')}</w:comment>`,
      ),
      'header1.xml': part('hdr', p('Head')),
      'footer1.xml': part('ftr', p('Foot')),
    };
    const body = `${p('text')}<w:sectPr><w:headerReference r:id="part1"/><w:footerReference r:id="part2"/></w:sectPr>`;
    const document = await readPackage(docxFormat, docx(body, parts));
    expect(outline(document)).toEqual([
      'text: text',
      'comment_section group',
      '  text: [author: Ann (A), time: 2026-01-02T03:04:05Z]: Why?',
    ]);
    expect(document.groups[0]!.content_layer).toBe('notes');
    expect(outline(document, document.furniture)).toEqual(['page_header: Head', 'page_footer: Foot']);
  });
});

describe('docx: equations', () => {
  const t = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
  const e = (name: string, content: string) => `<m:${name}>${content}</m:${name}>`;
  const latex = async (omml: string) => (await read(p(`<m:oMathPara><m:oMath>${omml}</m:oMath></m:oMathPara>`)))[0];

  it.each([
    ['a fraction', e('f', e('num', t('a')) + e('den', t('b'))), '\\frac{a}{b}'],
    ['scripts', e('sSubSup', e('e', t('x')) + e('sub', t('i')) + e('sup', t('2'))), 'x_{i}^{2}'],
    [
      'a power of a fraction',
      e('sSup', e('e', e('f', e('num', t('a')) + e('den', t('b')))) + e('sup', t('n'))),
      '{\\frac{a}{b}}^{n}',
    ],
    ['a root', e('rad', e('deg', t('3')) + e('e', t('x'))), '\\sqrt[3]{x}'],
    [
      'a sum',
      e('nary', '<m:naryPr><m:chr m:val="∑"/></m:naryPr>' + e('sub', t('i=1')) + e('sup', t('n')) + e('e', t('i'))),
      '\\sum_{i=1}^{n}{i}',
    ],
    [
      'delimiters',
      e('d', '<m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr>' + e('e', t('x'))),
      '\\left[x\\right.',
    ],
    ['a function', e('func', e('fName', t('sin')) + e('e', t('θ'))), '\\sin{\\theta}'],
    ['a limit', e('limLow', e('e', t('lim')) + e('lim', t('x→0'))), '\\lim_{x\\rightarrow 0}'],
    [
      'a matrix',
      e('m', e('mr', e('e', t('1')) + e('e', t('0'))) + e('mr', e('e', t('0')) + e('e', t('1')))),
      '\\begin{matrix}1 & 0 \\\\ 0 & 1\\end{matrix}',
    ],
    ['an accent', e('acc', '<m:accPr><m:chr m:val="\u20d7"/></m:accPr>' + e('e', t('v'))), '\\vec{v}'],
    [
      'words and symbols',
      t('α≤50%') + '<m:r><m:rPr><m:nor/></m:rPr><m:t>if so</m:t></m:r>',
      '\\alpha \\leq 50\\%\\text{if so}',
    ],
  ])('when a paragraph is %s, then it is a formula in LaTeX', async (_, omml, expected) => {
    expect(await latex(omml)).toBe(`formula: ${expected}`);
  });

  it('when an equation stands within text, then it is one piece of the line', async () => {
    expect(await read(p(`${r('Let ')}<m:oMath>${t('x')}</m:oMath>${r(' be.')}`))).toEqual([
      'inline group',
      '  text: Let ',
      '  formula: x',
      '  text:  be.',
    ]);
  });
});

describe('docx: broken and foreign input', () => {
  it('when the package has no main document, then E004', async () => {
    await expect(readPackage(docxFormat, { 'word/document.xml': '<a/>' })).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the file is strict OOXML, then it reads the same', async () => {
    const strict = Object.fromEntries(
      Object.entries(docx(p('Strict', style('berschrift1')), PARTS)).map(([name, content]) => [
        name,
        content
          .replaceAll(
            'http://schemas.openxmlformats.org/wordprocessingml/2006/main',
            'http://purl.oclc.org/ooxml/wordprocessingml/main',
          )
          .replaceAll(
            'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
            'http://purl.oclc.org/ooxml/officeDocument/relationships',
          ),
      ]),
    );
    expect(outline(await readPackage(docxFormat, strict))).toEqual(['heading 1: Strict']);
  });

  it('when the caller aborts, then reading stops', async () => {
    const caller = new AbortController();
    const onProgress = () => caller.abort();
    const reading = readPackage(docxFormat, docx(p('text').repeat(2_000)), { signal: caller.signal, onProgress });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
