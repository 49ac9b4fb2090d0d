import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';
import { odtFormat } from '../../../../src/conversion/formats/odt/index.js';
import { outline, readPackage, type PackageEntries } from '../../../support/office-package.js';

const NAMESPACES = [
  ...['office', 'style', 'text', 'table', 'drawing', 'chart'].map(
    (name) => `xmlns:${name === 'drawing' ? 'draw' : name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
  ),
  'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"',
  'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"',
  'xmlns:xlink="http://www.w3.org/1999/xlink"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
].join(' ');

const text = (name: string, properties: string) =>
  `<style:style style:name="${name}" style:family="text"><style:text-properties ${properties}/></style:style>`;
const paragraph = (name: string, parent: string, properties = '') =>
  `<style:style style:name="${name}" style:family="paragraph" style:parent-style-name="${parent}"><style:text-properties ${properties}/></style:style>`;

const AUTOMATIC = [
  text('bold', 'fo:font-weight="bold"'),
  text('plain', 'fo:font-weight="normal"'),
  text('sub', 'style:text-position="sub 58%"'),
  paragraph('P1', 'Title'),
  paragraph('P2', 'Subtitle'),
  paragraph('P3', 'Standard', 'fo:font-style="italic"'),
  '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/><text:list-level-style-bullet text:level="2"/></text:list-style>',
  '<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1"/><text:list-level-style-bullet text:level="2"/></text:list-style>',
].join('');

const odt = (body: string, parts: PackageEntries = {}): PackageEntries => ({
  mimetype: 'application/vnd.oasis.opendocument.text',
  'content.xml': `<office:document-content ${NAMESPACES}><office:automatic-styles>${AUTOMATIC}</office:automatic-styles><office:body><office:text>${body}</office:text></office:body></office:document-content>`,
  ...parts,
});

const read = async (...parameters: Parameters<typeof odt>) => outline(await readPackage(odtFormat, odt(...parameters)));

const p = (content: string, style = 'Standard') => `<text:p text:style-name="${style}">${content}</text:p>`;
const span = (style: string, content: string) => `<text:span text:style-name="${style}">${content}</text:span>`;
const item = (...content: string[]) => `<text:list-item>${content.join('')}</text:list-item>`;
const list = (style: string, ...items: string[]) =>
  `<text:list${style && ` text:style-name="${style}"`}>${items.join('')}</text:list>`;

describe('odt: text', () => {
  it('when white space is written out, then it counts; other white space collapses', async () => {
    expect(await read(p('a \n  b<text:s text:c="2"/>c<text:tab/>d<text:line-break/> e'))).toEqual([
      'text: a b  c\td\ne',
    ]);
  });

  it('when styles set words apart, then the innermost counts', async () => {
    expect(await read(p(`H${span('sub', '2')}O ${span('bold', `is ${span('plain', 'wet')}`)}`))).toEqual([
      'inline group',
      '  text: H',
      '  text: 2 {sub}',
      '  text: O ',
      '  text: is  {bold}',
      '  text: wet',
    ]);
  });

  it('when a paragraph is formatted directly, then its text carries that', async () => {
    expect(await read(p('all', 'P3'))).toEqual(['text: all {italic}']);
  });

  it('when text is linked, then it carries the address', async () => {
    expect(await read(p('<text:a xlink:href="https://a.example/">here</text:a>'))).toEqual([
      'text: here -> https://a.example/',
    ]);
  });

  it('when there are title, subtitle and headings, then they keep their level; tables of contents go', async () => {
    const body =
      p('Name', 'P1') +
      p('More', 'P2') +
      `<text:table-of-content><text:index-body>${p('One 1')}</text:index-body></text:table-of-content>` +
      '<text:h text:outline-level="2">Two</text:h>' +
      `<text:section>${p('inside')}</text:section>`;
    expect(await read(body)).toEqual(['title: Name', 'heading 1: More', 'heading 2: Two', 'text: inside']);
  });

  it('when a paragraph has the style of a heading, or a list only numbers headings, then they are headings', async () => {
    const styles = `<office:document-styles ${NAMESPACES}><office:styles><style:style style:name="Heading_20_2" style:family="paragraph" style:default-outline-level="2"/>${paragraph('Based', 'Heading_20_2')}</office:styles></office:document-styles>`;
    const automatic = paragraph('P9', 'Heading_20_2') + paragraph('Heading_20_3', 'Standard');
    const heading = (content: string) => `<text:h text:outline-level="1">${content}</text:h>`;
    const body =
      p('direct', 'Heading_20_2') +
      p('automatic', 'P9') +
      p('based', 'Based') +
      p('built in', 'Heading_20_3') +
      list('L1', item(heading('one'), p('text')), item(list('', item(heading('two')))));
    const content = String(odt(body)['content.xml']).replace(AUTOMATIC, AUTOMATIC + automatic);
    expect(await read('', { 'content.xml': content, 'styles.xml': styles })).toEqual([
      ...[
        'heading 2: direct',
        'heading 2: automatic',
        'text: based',
        'heading 3: built in',
        'heading 1: one',
        'text: text',
        'heading 1: two',
      ],
    ]);
  });

  it('when text was deleted with tracking, then it is not read', async () => {
    expect(
      await read(
        `<text:tracked-changes><text:changed-region><text:deletion>${p('gone')}</text:deletion></text:changed-region></text:tracked-changes>${p('kept')}`,
      ),
    ).toEqual(['text: kept']);
  });
});

describe('odt: lists', () => {
  it('when lists nest, then levels take their kind from the outer style', async () => {
    expect(await read(list('L1', item(p('a'), list('', item(p('b')))), item(p('c'))))).toEqual([
      'ordered_list group',
      '  item 1. a',
      '    list group',
      '      item - b',
      '  item 2. c',
    ]);
  });

  it('when a list begins with a deeper level, then it goes on with the list before it', async () => {
    const body = list('L1', item(p('a'))) + list('L2', item(list('', item(p('b')))), item(p('c')));
    expect(await read(body)).toEqual([
      'ordered_list group',
      '  item 1. a',
      '    list group',
      '      item - b',
      '  item 2. c',
    ]);
  });

  it('when an item has several paragraphs, then the further ones stand below it', async () => {
    expect(await read(list('L2', item(p('a'), p('b'))))).toEqual(['list group', '  item - a', '    text: b']);
  });

  it('when a list continues another, then it counts on', async () => {
    const first = list('L1', item(p('a'))).replace('<text:list ', '<text:list xml:id="one" ');
    const second = list('L1', item(p('b'))).replace('<text:list ', '<text:list text:continue-list="one" ');
    expect(await read(first + p('text') + second)).toEqual([
      'ordered_list group',
      '  item 1. a',
      'text: text',
      'ordered_list group',
      '  item 2. b',
    ]);
  });
});

describe('odt: tables', () => {
  const cell = (content: string, attributes = '') =>
    `<table:table-cell ${attributes}>${content && p(content)}</table:table-cell>`;
  const covered = '<table:covered-table-cell/>';
  const row = (...cells: string[]) => `<table:table-row>${cells.join('')}</table:table-row>`;

  it('when cells span, then they stand at every place that they cover', async () => {
    const rows =
      `<table:table-header-rows>${row(cell('a', 'table:number-columns-spanned="2"'), covered, cell('b', 'table:number-rows-spanned="2"'))}</table:table-header-rows>` +
      row(cell('c'), cell('d'), covered);
    expect(await read(`<table:table>${rows}</table:table>`)).toEqual(['table: [a|a|b][c|d|b]']);
  });

  it('when cells and rows are repeated, then they are there that often', async () => {
    const repeated = `<table:table-row table:number-rows-repeated="2">${cell('x', 'table:number-columns-repeated="3"')}</table:table-row>`;
    expect(await read(`<table:table>${repeated}</table:table>`)).toEqual(['table: [x|x|x][x|x|x]']);
  });

  it('when repeats multiply without end, then E305', async () => {
    const wide = cell('x', 'table:number-columns-repeated="1000"');
    const rows = `<table:table-row table:number-rows-repeated="1000">${wide}</table:table-row>`.repeat(3);
    await expect(read(`<table:table>${rows}</table:table>`)).rejects.toMatchObject({ code: 'E305' });
  });

  it('when a cell holds lists and tables, then their text stays in it', async () => {
    const inner = `<table:table>${row(cell('x'), cell('y'))}</table:table>`;
    const outer = `<table:table-cell>${p('a')}${list('L2', item(p('b')))}${inner}</table:table-cell>`;
    expect(await read(`<table:table>${row(outer, cell('c'))}</table:table>`)).toEqual([
      'table: [a\nb\nx y|c]',
      '  unspecified group',
      '    text: a',
      '    list group',
      '      item - b',
      '    table: [x|y]',
    ]);
  });

  it('when a cell holds links, formats, notes and pictures, then they are kept with its text', async () => {
    const note = `<text:note><text:note-citation>1</text:note-citation><text:note-body>${p('said')}</text:note-body></text:note>`;
    const content = `<text:a xlink:href="/l">l</text:a> x${span('sub', '2')}${note}<draw:frame><draw:image/></draw:frame>`;
    const plain = cell(span('plain', `c${note}`));
    const document = await readPackage(odtFormat, odt(`<table:table>${row(cell(content), plain)}</table:table>`));
    expect(renderExport(exporters.markdown, document)).toBe(
      '| <!-- image --> [l](/l) x 2[1] | c[2] |\n| - | - |\n\n[1] said\n\n[2] said\n',
    );
  });

  it('when tables nest deeper than a limit, then their text is kept', async () => {
    const nested = Array.from({ length: 60 }).reduce<string>(
      (inner) => `<table:table>${row(`<table:table-cell>${inner}</table:table-cell>`)}</table:table>`,
      p('deep'),
    );
    const document = await readPackage(odtFormat, odt(nested));
    expect(document.tables).toHaveLength(5);
    expect(renderExport(exporters.markdown, document)).toBe('| deep |\n| - |\n');
  });
});

describe('odt: what stands beside the text', () => {
  const frame = (content: string) => `<draw:frame>${content}</draw:frame>`;

  it('when notes are cited, then they follow the text behind their marks', async () => {
    const note = (body: string) =>
      `<text:note><text:note-citation>1</text:note-citation><text:note-body>${p(body)}</text:note-body></text:note>`;
    expect(await read(p(`a${note('first')} b${note('second')}`))).toEqual([
      'text: a[1] b[2]',
      'footnote: [1] first',
      'footnote: [2] second',
    ]);
  });

  it('when there are pictures and text boxes, then they come before the text that they hang on', async () => {
    const body = p(
      `text${frame('<draw:image xlink:href="x.png"/><svg:desc>A cat</svg:desc>')}${frame(`<draw:text-box>${p('boxed')}</draw:text-box>`)}`,
    );
    expect(await read(body)).toEqual(['picture: A cat', 'section group', '  text: boxed', 'text: text']);
  });

  it('when a chart is embedded, then its data is a table', async () => {
    const chart = `<office:document-content ${NAMESPACES}><office:body><office:chart><chart:chart chart:class="chart:bar"><chart:title><text:p>Sales</text:p></chart:title><table:table><table:table-row><table:table-cell/><table:table-cell><text:p>2026</text:p></table:table-cell></table:table-row></table:table></chart:chart></office:chart></office:body></office:document-content>`;
    const body = p(frame('<draw:object xlink:href="./Object 1"/><draw:image xlink:href="y"/>'));
    expect(await read(body, { 'Object 1/content.xml': chart })).toEqual([
      'chart: ',
      '  caption: Sales',
      'table: [|2026]',
      '  caption: Bar chart',
    ]);
  });

  it('when an embedded object cannot be read, then its picture is kept', async () => {
    const body = p(frame('<draw:object xlink:href="./Object 1"/><draw:image xlink:href="y"/>'));
    expect(await read(body, { 'Object 1/content.xml': '<!DOCTYPE math><math/>' })).toEqual(['picture: ']);
  });

  it('when there are comments, headers and footers, then they go to their own layers', async () => {
    const master = `<office:document-styles ${NAMESPACES}><office:master-styles><style:master-page><style:header>${p('Head')}</style:header><style:footer>${p('Foot')}</style:footer></style:master-page></office:master-styles></office:document-styles>`;
    const comment = `<office:annotation><dc:creator>Ann</dc:creator><dc:date>2026-01-02</dc:date>${p('Why?')}</office:annotation>`;
    const document = await readPackage(odtFormat, odt(p(`text${comment}`), { 'styles.xml': master }));
    expect(outline(document)).toEqual([
      'text: text',
      'comment_section group',
      '  text: [author: Ann, time: 2026-01-02]: Why?',
    ]);
    expect(outline(document, document.furniture)).toEqual(['page_header: Head', 'page_footer: Foot']);
  });
});

describe('odt: broken input', () => {
  it('when the package is a spreadsheet or has no content, then E004', async () => {
    const sheet = `<office:document-content ${NAMESPACES}><office:body><office:spreadsheet/></office:body></office:document-content>`;
    await expect(read('', { 'content.xml': sheet })).rejects.toMatchObject({ code: 'E004' });
    await expect(readPackage(odtFormat, { mimetype: 'x' })).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the caller aborts, then reading stops', async () => {
    const caller = new AbortController();
    const onProgress = () => caller.abort();
    const reading = readPackage(odtFormat, odt(p('text').repeat(2_000)), { signal: caller.signal, onProgress });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
