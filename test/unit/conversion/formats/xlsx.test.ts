import { xlsxFormat } from '../../../../src/conversion/formats/xlsx/index.js';
import { outline, readPackage, relationships, type PackageEntries } from '../../../support/office-package.js';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

interface SheetInput {
  name: string;
  cells: string;
  state?: string;
  after?: string;
}

/** A workbook of these sheets; `parts` stand below `xl/`. */
function xlsx(
  sheets: readonly SheetInput[],
  parts: PackageEntries = {},
  properties = '',
): Record<string, string | Buffer> {
  const files = sheets.map(({ cells, after = '' }, index) => [
    `xl/worksheets/sheet${index + 1}.xml`,
    `<worksheet xmlns="${MAIN}" xmlns:r="${LINKS}"><sheetData>${cells}</sheetData>${after}</worksheet>`,
  ]);
  const list = sheets.map(
    ({ name, state }, index) =>
      `<sheet name="${name}" sheetId="${index + 1}" r:id="s${index + 1}"${state ? ` state="${state}"` : ''}/>`,
  );
  return {
    '_rels/.rels': relationships(['rId1', 'officeDocument', 'xl/workbook.xml']),
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}">${properties}<sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships(
      ...sheets.map((_, index): [string, string, string] => [
        `s${index + 1}`,
        'worksheet',
        `worksheets/sheet${index + 1}.xml`,
      ]),
      ['styles', 'styles', 'styles.xml'],
      ['strings', 'sharedStrings', 'sharedStrings.xml'],
      ['people', 'person', 'persons/person.xml'],
    ),
    ...Object.fromEntries(files),
    ...Object.fromEntries(Object.entries(parts).map(([name, content]) => [`xl/${name}`, content])),
  };
}

/** Rows of cells from A1 on: numbers as they are, texts inline, '' left out. */
function cells(...rows: readonly (readonly (string | number)[])[]): string {
  return rows
    .map((row, index) => {
      const line = row.map((value, column) => {
        const address = `${String.fromCharCode(65 + column)}${index + 1}`;
        if (value === '') return '';
        return typeof value === 'number'
          ? `<c r="${address}"><v>${value}</v></c>`
          : `<c r="${address}" t="inlineStr"><is><t>${value}</t></is></c>`;
      });
      return `<row r="${index + 1}">${line.join('')}</row>`;
    })
    .join('');
}

const merges = (...ranges: string[]) =>
  `<mergeCells>${ranges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`;

const read = async (sheet: Omit<SheetInput, 'name'>, parts?: PackageEntries, properties?: string) =>
  outline(await readPackage(xlsxFormat, xlsx([{ name: 'Data', ...sheet }], parts, properties)))
    .slice(2)
    .map((line) => line.trim());

describe('xlsx: cells', () => {
  const STYLES = `<styleSheet xmlns="${MAIN}"><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd hh:mm"/><numFmt numFmtId="171" formatCode="[h]:mm:ss"/><numFmt numFmtId="172" formatCode="&quot;day&quot; 0.0"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="10"/><xf numFmtId="172"/><xf numFmtId="20"/></cellXfs></styleSheet>`;
  const one = async (cell: string, properties?: string) =>
    (await read({ cells: `<row r="1">${cell}</row>` }, { 'styles.xml': STYLES }, properties))[0];

  it.each([
    ['a whole number', '<c r="A1"><v>12345678901234567890</v></c>', '12345678901234567890'],
    ['a fraction', '<c r="A1"><v>0.30000000000000004</v></c>', '0.30000000000000004'],
    ['a per cent value', '<c r="A1" s="4"><v>0.25</v></c>', '0.25'],
    ['a number with a word that has date letters', '<c r="A1" s="5"><v>1.5</v></c>', '1.5'],
    ['true', '<c r="A1" t="b"><v>1</v></c>', 'True'],
    ['an error', '<c r="A1" t="e"><v>#DIV/0!</v></c>', '#DIV/0!'],
    ['the result of a formula', '<c r="A1" t="str"><f>A2&amp;"!"</f><v>Hi!</v></c>', 'Hi!'],
    [
      'inline text of several runs',
      '<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r><rPh><t>x</t></rPh></is></c>',
      'a b',
    ],
    ['a date', '<c r="A1" s="1"><v>45292</v></c>', '2024-01-01 00:00:00'],
    ['a date with a time', '<c r="A1" s="2"><v>45292.5</v></c>', '2024-01-01 12:00:00'],
    ['a time', '<c r="A1" s="6"><v>0.75</v></c>', '18:00:00'],
    ['a day before March 1900', '<c r="A1" s="1"><v>1</v></c>', '1900-01-01 00:00:00'],
    ['a duration', '<c r="A1" s="3"><v>1.0625</v></c>', '1 day, 1:30:00'],
    ['a duration below a day', '<c r="A1" s="3"><v>0.125</v></c>', '3:00:00'],
    ['a duration below zero', '<c r="A1" s="3"><v>-0.125</v></c>', '-1 day, 21:00:00'],
    ['a moment with milliseconds', '<c r="A1" s="2"><v>45292.5000085</v></c>', '2024-01-01 12:00:00.734000'],
    ['a date in ISO form', '<c r="A1" t="d"><v>2024-01-31T08:30:00</v></c>', '2024-01-31 08:30:00'],
    ['a tiny number', '<c r="A1"><v>1.0000000000000001E-5</v></c>', '1e-05'],
    ['a huge number', '<c r="A1"><v>1.5E+20</v></c>', '1.5e+20'],
    ['a number with an exponent', '<c r="A1"><v>1.2E3</v></c>', '1200.0'],
    ['a cell without address', '<c><v>7</v></c>', '7'],
  ])('when a cell holds %s, then it reads so', async (_, cell, expected) => {
    expect(await one(cell)).toBe(`table: [${expected}]`);
  });

  it('when the workbook counts from 1904, then its dates do', async () => {
    expect(await one('<c r="A1" s="1"><v>43830</v></c>', '<workbookPr date1904="1"/>')).toBe(
      'table: [2024-01-01 00:00:00]',
    );
  });

  it('when strings are shared, then cells name them by index, without phonetic guides', async () => {
    const strings = `<sst xmlns="${MAIN}"><si><t>first</t></si><si><r><t>se</t></r><r><t>cond_x000A_</t></r><rPh><t>zzz</t></rPh></si></sst>`;
    const row =
      '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>9</v></c><c r="D1" t="s"><v></v></c></row>';
    expect(await read({ cells: row }, { 'sharedStrings.xml': strings })).toEqual(['table: [second\n|first]']);
  });
});

describe('xlsx: tables of a sheet', () => {
  it('when empty rows and columns lie between cells, then each region is a table', async () => {
    const sheet = cells(['a', 'b', '', 'x'], [1, 2, '', 3], [], ['c'], ['', 'd']);
    expect(await read({ cells: sheet })).toEqual(['table: [a|b][1|2]', 'table: [x][3]', 'table: [c]', 'table: [d]']);
  });

  it('when a table has gaps, then they are empty cells', async () => {
    const sheet = cells(['a', 'b', 'c'], [1, '', 2], [3, 4, 5], [], ['x'], ['', 'y'], ['z', 6]);
    expect(await read({ cells: sheet })).toEqual(['table: [a|b|c][1||2][3|4|5]', 'table: [x]', 'table: [|y][z|6]']);
  });

  it('when cells are merged, then they span and join what they touch', async () => {
    const sheet = { cells: cells(['a', 'b', ''], ['', 1, 2]), after: merges('A1:A2', 'B1:C1') };
    expect(await read(sheet)).toEqual(['table: [a|b|b][a|1|2]']);
  });

  it('when one merged line heads a table, then it is text before it', async () => {
    const sheet = { cells: cells(['Sales', '', ''], ['x', 'y', 'z'], [1, 2, 3]), after: merges('A1:C1') };
    expect(await read(sheet)).toEqual(['text: Sales', 'table: [x|y|z][1|2|3]']);
  });

  it('when merged cells reach beyond the last text, then they keep their width', async () => {
    const sheet = { cells: cells(['Wide', '', ''], ['only one']), after: merges('A1:C1') };
    expect(await read(sheet)).toEqual(['table: [Wide|Wide|Wide][only one||]']);
  });

  it('when a merge reaches to the end of the sheet, then only cells count', async () => {
    expect(await read({ cells: cells(['a', 'b'], [1, 2]), after: merges('A1:A1048576') })).toEqual([
      'table: [a|b][a|2]',
    ]);
  });

  it('when cells stand in no order, then they are read by their addresses, the last of two for one place', async () => {
    const cell = (address: string, value: number) => `<c r="${address}"><v>${value}</v></c>`;
    const rows = `<row r="2">${cell('B2', 4)}${cell('A2', 3)}</row><row r="1">${cell('A1', 0)}${cell('B1', 2)}${cell('A1', 1)}</row>`;
    expect(await read({ cells: rows })).toEqual(['table: [1|2][3|4]']);
  });

  it('when a sheet falls apart into thousands of cells, then each is a table; beyond that, all are one', async () => {
    const everyOtherRow = (count: number) =>
      Array.from({ length: count }, (_, row) => `<row r="${2 * row + 1}"><c r="XFD${2 * row + 1}"><v>1</v></c></row>`);
    const apart = await readPackage(xlsxFormat, xlsx([{ name: 'Data', cells: everyOtherRow(5_000).join('') }]));
    expect(apart.tables).toHaveLength(5_000);
    const one = await readPackage(xlsxFormat, xlsx([{ name: 'Data', cells: everyOtherRow(20_001).join('') }]));
    expect(one.tables.map(({ data }) => data.num_rows)).toEqual([40_001]);
  });
});

describe('xlsx: sheets', () => {
  it('when sheets are hidden, then they are left out; the others are groups with their name as heading', async () => {
    const entries = xlsx([
      { name: 'One', cells: cells(['a']) },
      { name: 'Secret', cells: cells(['b']), state: 'hidden' },
      { name: 'Empty', cells: '' },
    ]);
    const document = await readPackage(xlsxFormat, entries);
    expect(outline(document)).toEqual([
      'sheet group',
      '  heading 1: One',
      '  table: [a]',
      'sheet group',
      '  heading 1: Empty',
    ]);
    expect(Object.keys(document.pages)).toEqual(['1', '2']);
  });

  it('when cells have comments, then they are notes; a thread replaces its legacy copy', async () => {
    const THREADS = 'http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments';
    const document = await readPackage(xlsxFormat, {
      ...xlsx([{ name: 'Data', cells: cells(['a']) }]),
      'xl/worksheets/_rels/sheet1.xml.rels': relationships(
        ['c', 'comments', '../comments1.xml'],
        ['t', 'threadedComment', '../threadedComments/t1.xml'],
      ),
      'xl/comments1.xml': `<comments xmlns="${MAIN}"><authors><author>Ann</author></authors><commentList><comment ref="A1" authorId="0"><text><r><t>old</t></r></text></comment><comment ref="B2" authorId="0"><text><t>note</t></text></comment></commentList></comments>`,
      'xl/threadedComments/t1.xml': `<ThreadedComments xmlns="${THREADS}"><threadedComment ref="A1" dT="2026-01-02T00:00:00" personId="p"><text>new</text></threadedComment></ThreadedComments>`,
      'xl/persons/person.xml': `<personList xmlns="${THREADS}"><person id="p" displayName="Bob"/></personList>`,
    });
    expect(outline(document).slice(3)).toEqual([
      'comment_section group',
      '  text: [author: Bob, time: 2026-01-02T00:00:00]: new',
      'comment_section group',
      '  text: [author: Ann]: note',
    ]);
    expect(document.texts.at(-1)!.content_layer).toBe('notes');
  });
});

describe('xlsx: drawings', () => {
  const CHART = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"';
  const DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
  const chart = (series: string, title = '') =>
    `<c:chartSpace ${CHART} ${DRAWING}><c:chart>${title && `<c:title><c:tx><c:rich><a:p><a:r><a:t>${title}</a:t></a:r></a:p></c:rich></c:tx></c:title>`}<c:plotArea><c:lineChart>${series}</c:lineChart></c:plotArea></c:chart></c:chartSpace>`;
  const reference = (kind: string, formula: string, ...cached: string[]) =>
    `<c:${kind}Ref><c:f>${formula}</c:f><c:${kind}Cache>${cached.map((text, index) => `<c:pt idx="${index}"><c:v>${text}</c:v></c:pt>`).join('')}</c:${kind}Cache></c:${kind}Ref>`;
  const anchor = (row: number, content: string) =>
    `<xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:row>${row}</xdr:row></xdr:from><xdr:to><xdr:col>1</xdr:col><xdr:row>${row + 1}</xdr:row></xdr:to>${content}</xdr:twoCellAnchor>`;
  const frame =
    '<xdr:graphicFrame><a:graphic><a:graphicData><c:chart r:id="c1"/></a:graphicData></a:graphic></xdr:graphicFrame>';
  const box = (text: string) => `<xdr:sp><xdr:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></xdr:txBody></xdr:sp>`;
  const picture = (description: string) =>
    `<xdr:pic><xdr:nvPicPr><xdr:cNvPr descr="${description}"/></xdr:nvPicPr></xdr:pic>`;

  /** The first of the sheets with these anchors. */
  const draw = async (sheets: readonly SheetInput[], anchors: string, chartPart: string, styles = '') =>
    outline(
      await readPackage(xlsxFormat, {
        ...xlsx(sheets, styles === '' ? {} : { 'styles.xml': styles }),
        'xl/worksheets/_rels/sheet1.xml.rels': relationships(['d', 'drawing', '../drawings/drawing1.xml']),
        'xl/drawings/drawing1.xml': `<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" ${CHART} ${DRAWING} xmlns:r="${LINKS}">${anchors}</xdr:wsDr>`,
        'xl/drawings/_rels/drawing1.xml.rels': relationships(['c1', 'chart', '/xl/charts/chart1.xml']),
        'xl/charts/chart1.xml': chartPart,
      }),
    )
      .slice(2)
      .map((line) => line.slice(2));

  it('when charts and pictures float over cells, then they stand where they begin, charts with their data', async () => {
    const sheet = { name: 'Data', cells: cells(['a', 'b'], [1, 2], [], [], [], [], ['z']) };
    const series = `<c:ser><c:tx>${reference('str', 'Data!$B$1')}</c:tx><c:cat><c:strLit><c:pt idx="0"><c:v>North</c:v></c:pt></c:strLit></c:cat><c:val>${reference('num', 'Data!$B$2:$B$2')}</c:val></c:ser>`;
    expect(await draw([sheet], anchor(9, frame) + anchor(4, picture('Our logo')), chart(series, 'Growth'))).toEqual([
      'table: [a|b][1|2]',
      'picture: Our logo',
      'table: [z]',
      'chart: ',
      '  caption: Growth',
      'table: [|b][North|2]',
      '  caption: Line chart',
    ]);
  });

  it('when a chart takes its data from another sheet, then it shows what the cells there do', async () => {
    const styles = `<styleSheet xmlns="${MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`;
    const data = `<row r="1"><c r="A1" s="1"><v>45292</v></c><c r="B1"><v>7</v></c></row>`;
    const series = `<c:ser><c:cat>${reference('num', "'My data'!$A$1:$A$9", '45292')}</c:cat><c:val>${reference('num', "'My data'!$B$1:$B$9", '7.0')}</c:val></c:ser>`;
    const sheets = [
      { name: 'Board', cells: '' },
      { name: 'My data', cells: data, state: 'hidden' },
    ];
    expect(await draw(sheets, anchor(0, frame), chart(series), styles)).toEqual([
      'chart: ',
      'table: [|][2024-01-01 00:00:00|7]',
      '  caption: Line chart',
    ]);
  });

  it('when the cells of a chart are not to be had, then its own copy counts', async () => {
    const elsewhere = `<c:ser><c:cat>${reference('str', '[1]Sheet1!$A$1', 'x')}</c:cat><c:val>${reference('num', 'Board!$A$1', '4.2999999999999998')}</c:val></c:ser>`;
    expect(await draw([{ name: 'Board', cells: '' }], anchor(0, frame), chart(elsewhere))).toEqual([
      'chart: ',
      'table: [|][x|4.3]',
      '  caption: Line chart',
    ]);
  });

  it('when a hidden sheet is damaged, then charts keep their own copies', async () => {
    const series = `<c:ser><c:val>${reference('num', 'Secret!$A$1', '5')}</c:val></c:ser>`;
    const sheets = [
      { name: 'Board', cells: '' },
      { name: 'Secret', cells: '<row>', state: 'veryHidden' },
    ];
    expect(await draw(sheets, anchor(0, frame), chart(series))).toContain('table: [|][|5]');
  });

  it('when text boxes float over cells, grouped or not, then their text stands where they begin', async () => {
    const alternatives = `<mc:AlternateContent><mc:Choice Requires="cx">${box('new')}</mc:Choice><mc:Fallback>${box('cannot be shown')}</mc:Fallback></mc:AlternateContent>`;
    const anchors = anchor(5, box('below')) + anchor(1, `<xdr:grpSp>${box('in a group')}${box(' ')}</xdr:grpSp>`);
    expect(await draw([{ name: 'Data', cells: cells([], [], ['a']) }], anchors + anchor(7, alternatives), '')).toEqual([
      'text: in a group',
      'table: [a]',
      'text: below',
      'text: new',
    ]);
  });

  it.each(['picture.png', 'Picture 3', '', 'Ein Bild, das Text enthält. Automatisch generierte Beschreibung'])(
    'when the alternative text is %p, then no person wrote it and it is left out',
    async (description) => {
      expect(await draw([{ name: 'Data', cells: '' }], anchor(0, picture(description)), '')).toEqual(['picture: ']);
    },
  );

  it('when a chart names more cells than the limit, then E305', async () => {
    const rows = Array.from({ length: 10_000 }, (_, row) => [row]);
    const series = `<c:ser><c:val>${reference('num', 'Data!$A$1:$A$10000')}</c:val></c:ser>`.repeat(101);
    const drawn = draw([{ name: 'Data', cells: cells(...rows) }], anchor(0, frame), chart(series));
    await expect(drawn).rejects.toMatchObject({ code: 'E305' });
  });
});

describe('xlsx: broken input', () => {
  it.each([
    ['is cut off', '<row r="1"><c r="A1"><v>1</v>'],
    ['has a row beyond the last', '<row r="1048577"><c><v>1</v></c></row>'],
    ['has a cell beyond the last', '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'],
  ])('when a sheet %s, then E004', async (_, rows) => {
    await expect(read({ cells: rows })).rejects.toMatchObject({ code: 'E004' });
  });

  it('when two far corners would make one huge table, then E305', async () => {
    const corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>';
    await expect(read({ cells: corners, after: merges('A1:XFD1048576') })).rejects.toMatchObject({ code: 'E305' });
  });

  it('when many cells share one long text, then E305', async () => {
    const strings = `<sst xmlns="${MAIN}"><si><t>${'x'.repeat(1_000_000)}</t></si></sst>`;
    const row = `<row r="1">${'<c t="s"><v>0</v></c>'.repeat(200)}</row>`;
    await expect(read({ cells: row }, { 'sharedStrings.xml': strings })).rejects.toMatchObject({ code: 'E305' });
  });

  it('when tables overlap so that together they are huge, then E305', async () => {
    // Lines down from the top, each bent to the right above the bend of the one before.
    const rows = Array.from({ length: 400 }, (_, row) => {
      const line = Array.from({ length: 800 }, (__, column) => {
        const bend = (400 - row) % 2 === 0 && column >= 400 - row && column <= 800 - row;
        return bend || (column % 2 === 0 && column < 400 - row) ? '<c><v>1</v></c>' : '<c/>';
      });
      return `<row>${line.join('')}</row>`;
    });
    await expect(read({ cells: rows.join('') })).rejects.toMatchObject({
      code: 'E305',
      message: expect.stringContaining('A sheet') as string,
    });
  });

  it('when the package is another kind of document, then E004', async () => {
    const entries = { ...xlsx([]), 'xl/workbook.xml': '<w:document xmlns:w="urn:x"/>' };
    await expect(readPackage(xlsxFormat, entries)).rejects.toMatchObject({ code: 'E004' });
  });
});
