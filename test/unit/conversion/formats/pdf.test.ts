import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { pdfFormat } from '../../../../src/conversion/formats/pdf/index.js';
import { drawText } from '../../../support/bitmap-text.js';
import { a4, PdfPage, writePdf } from '../../../support/pdf-writer.js';
import { gridOf, LOREM, readPdf } from './pdf-input.js';

/** The texts of the body as `label: text`, in the order of the document. */
function outline(document: DoclingDocument): string[] {
  return document.texts
    .filter(({ content_layer: layer }) => layer === 'body')
    .map(({ label, text }) => `${label}: ${text}`);
}

function furniture(document: DoclingDocument): string[] {
  return document.texts
    .filter(({ content_layer: layer }) => layer === 'furniture')
    .map(({ label, text }) => `${label}: ${text}`);
}

describe('paragraphs and headings', () => {
  it('when text has a title, headings and paragraphs, then each gets its label and its box', async () => {
    const page = a4()
      .text(70, 80, 'Annual Report', { size: 24, font: 'Helvetica-Bold' })
      .text(70, 120, 'Summary', { size: 14, font: 'Helvetica-Bold' })
      .lines(70, 150, LOREM)
      .lines(70, 230, LOREM.slice(0, 2));

    const document = await readPdf(writePdf([page]));

    expect(outline(document)).toEqual([
      'title: Annual Report',
      'section_header: Summary',
      `text: ${LOREM.join(' ')}`,
      `text: ${LOREM.slice(0, 2).join(' ')}`,
    ]);
    const [provenance] = document.texts[0]!.prov;
    expect(provenance!.page_no).toBe(1);
    expect(provenance!.bbox).toMatchObject({ l: 70, coord_origin: 'TOPLEFT' });
    expect(provenance!.bbox.b).toBeCloseTo(85.3, 0);
    expect(document.pages['1']!.size).toEqual({ width: 595, height: 842 });
  });

  it('when headings are numbered, then their levels follow the numbers', async () => {
    const page = a4()
      .text(70, 80, '1 Harbour', { font: 'Helvetica-Bold' })
      .lines(70, 100, LOREM)
      .text(70, 190, '1.1 Cranes', { font: 'Helvetica-Bold' })
      .lines(70, 210, LOREM);

    const document = await readPdf(writePdf([page]));

    const headings = document.texts.filter(({ label }) => label === 'section_header');
    expect(headings).toMatchObject([
      { text: '1 Harbour', level: 1 },
      { text: '1.1 Cranes', level: 2 },
    ]);
  });

  it('when a word is parted at the end of a line, then it is whole again', async () => {
    const lines = ['It took a long time before the crane was com-', 'pleted, and the Anglo-', 'Saxon king came.'];

    const document = await readPdf(writePdf([a4().lines(70, 80, lines)]));

    expect(outline(document)).toEqual([
      'text: It took a long time before the crane was completed, and the Anglo-Saxon king came.',
    ]);
  });

  it('when quotation marks and dashes are typographic, then the text has plain ones and the original keeps them', async () => {
    const document = await readPdf(writePdf([a4().text(70, 80, '\u201CIt\u2019s here\u201D, 1960\u20131970')]));

    expect(document.texts[0]).toMatchObject({
      text: '"It\'s here", 1960-1970',
      orig: '\u201CIt\u2019s here\u201D, 1960\u20131970',
    });
  });

  it('when words are parted by gaps alone, then they are still words', async () => {
    const page = a4().text(70, 80, 'one').text(90, 80, 'two').text(110, 80, 'three');

    expect(outline(await readPdf(writePdf([page])))).toEqual(['text: one two three']);
  });

  it('when a superscript stands in a line, then it stays in the line', async () => {
    const page = a4().text(70, 80, 'The crane').text(114, 76, '1', { size: 6 }).text(120, 80, 'was new in the year.');

    expect(outline(await readPdf(writePdf([page])))).toEqual(['text: The crane 1 was new in the year.']);
  });

  it('when lines are in monospaced type, then they are code with their indents', async () => {
    const page = a4()
      .lines(70, 80, LOREM)
      .lines(70, 160, ['for (const ship of ships) {'], { font: 'Courier' })
      .lines(94, 172, ['unload(ship, quickly);'], { font: 'Courier' })
      .lines(70, 184, ['}'], { font: 'Courier' });

    const document = await readPdf(writePdf([page]));

    expect(document.texts.at(-1)).toMatchObject({
      label: 'code',
      text: 'for (const ship of ships) {\n    unload(ship, quickly);\n}',
    });
  });

  it('when a paragraph is a link, then it carries the address', async () => {
    const page = a4().text(70, 80, 'The harbour').link(65, 70, 200, 85, 'https://example.org/harbour');

    const document = await readPdf(writePdf([page]));

    expect(document.texts[0]).toMatchObject({ text: 'The harbour', hyperlink: 'https://example.org/harbour' });
  });
});

describe('how text can be shown', () => {
  it('when text is placed by each of the text operators, then it stands where they put it', async () => {
    const operators = [
      'BT /F0 10 Tf 14 TL 80 Tz 1 Tc 2 Tw 1 0 0 1 70 700 Tm (one) Tj T* (two) Tj 0 -14 TD (three) Tj',
      '(four) \' 0 0 (five) " 0 -14 Td [(s) 20 (ix)] TJ 1 Ts (th) Tj ET',
    ];

    const document = await readPdf(writePdf([a4().raw(operators.join('\n'))]));

    expect(outline(document)).toEqual(['text: one two three four five sixth']);
    const { t, b } = document.texts[0]!.prov[0]!.bbox;
    expect(b - t).toBeCloseTo(5 * 14 + 10, 0);
  });

  it('when all text of a page runs upwards, then the page is turned and read', async () => {
    const page = a4();
    LOREM.forEach((line, index) => page.text(100 + 12 * index, 700, line, { turns: 1 }));
    page.rule(300, 100, 300, 700).image(400, 200, 60, 120, { width: 1, height: 2, pixels: Uint8Array.of(0, 255) });

    const document = await readPdf(writePdf([page]));

    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`]);
    expect(document.pages['1']!.size).toEqual({ width: 842, height: 595 });
    expect(document.pictures[0]!.prov[0]!.bbox).toMatchObject({ l: 842 - 320, t: 400, r: 842 - 200, b: 460 });
  });

  it('when an accent is set over a letter, then they are one letter', async () => {
    const page = a4().text(70, 80, 'caf').text(83.9, 80, '\u00B4').text(83.9, 80, 'e');

    expect(outline(await readPdf(writePdf([page])))).toEqual(['text: caf\u00E9']);
  });

  it('when a character is printed twice to look bold, then it is read once', async () => {
    const page = a4().text(70, 80, 'Harbour').text(70.3, 80, 'Harbour');

    expect(outline(await readPdf(writePdf([page])))).toEqual(['text: Harbour']);
  });

  it('when dots lead to a page number, then the dots are left out', async () => {
    const page = a4().text(70, 80, `Ships ${'.'.repeat(30)} 5`);

    expect(outline(await readPdf(writePdf([page])))).toEqual(['text: Ships 5']);
  });
});

describe('lists', () => {
  it('when items have bullets or numbers, then they are lists, nested by their indents', async () => {
    const page = a4()
      .lines(70, 80, LOREM)
      .text(80, 150, '\u2022 first item of the list')
      .text(80, 162, '\u2022 second item')
      .text(100, 174, '\u2022 an item below the second')
      .text(80, 186, '\u2022 third item')
      .text(80, 210, '1. one')
      .text(80, 222, '2. two');

    const document = await readPdf(writePdf([page]));

    const groups = document.groups.map(({ label, children }) => ({ label, items: children.length }));
    expect(groups).toEqual([
      { label: 'list', items: 3 },
      { label: 'list', items: 1 },
      { label: 'ordered_list', items: 2 },
    ]);
    expect(document.texts.slice(1)).toMatchObject([
      { label: 'list_item', text: 'first item of the list', marker: '-', enumerated: false },
      { text: 'second item' },
      { text: 'an item below the second' },
      { text: 'third item' },
      { text: 'one', marker: '1.', enumerated: true },
      { text: 'two', marker: '2.' },
    ]);
    expect(document.groups[1]!.parent).toEqual({ $ref: document.texts[2]!.self_ref });
  });
});

describe('reading order', () => {
  it('when a page has two columns under a title, then each column is read to its end', async () => {
    const left = LOREM.map((line) => `L ${line.slice(0, 44)}`);
    const right = LOREM.map((line) => `r ${line.slice(0, 44)}`);
    const page = a4()
      .text(60, 70, 'A title across both of the columns of the page', { size: 20, font: 'Helvetica-Bold' })
      .lines(60, 110, left)
      .lines(320, 112, right)
      .text(60, 200, 'A line below both columns that runs all the way across the page from the left to the right');

    const document = await readPdf(writePdf([page]));

    expect(outline(document)).toEqual([
      'title: A title across both of the columns of the page',
      // The left column ends within a sentence that the right one goes on with.
      `text: ${left.join(' ')} ${right.join(' ')}`,
      'text: A line below both columns that runs all the way across the page from the left to the right',
    ]);
  });

  it('when a sentence runs over the page, then it is one paragraph with both places', async () => {
    const first = a4().lines(70, 700, LOREM.slice(0, 3));
    const second = a4().lines(70, 80, LOREM.slice(3));

    const document = await readPdf(writePdf([first, second]));

    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`]);
    expect(document.texts[0]!.prov.map(({ page_no: page }) => page)).toEqual([1, 2]);
  });

  it('when lines recur at the edges of pages, then they and the page numbers are furniture', async () => {
    const pages = [1, 2, 3].map((number) =>
      a4().text(70, 40, 'Harbour Report 2025').lines(70, 100, LOREM.slice(number)).text(290, 800, `Page ${number}`),
    );

    const document = await readPdf(writePdf(pages));

    expect(outline(document).join(' ')).not.toMatch(/Report|Page/);
    expect(furniture(document)).toEqual(
      [1, 2, 3].flatMap((number) => ['page_header: Harbour Report 2025', `page_footer: Page ${number}`]),
    );
  });

  it('when small type with a raised number stands at the foot, then it is a footnote', async () => {
    const page = a4()
      .lines(70, 100, LOREM)
      .text(70, 765, '1', { size: 5 })
      .text(74, 768, 'The crane was built in the yard next door.', { size: 7 });

    expect(outline(await readPdf(writePdf([page]))).at(-1)).toBe(
      'footnote: 1 The crane was built in the yard next door.',
    );
  });

  it('when text runs upwards along the margin, then it does not mix with the body', async () => {
    const page = a4().lines(70, 100, LOREM).text(30, 500, 'arXiv stamp', { turns: 1 });

    const document = await readPdf(writePdf([page]));

    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`]);
    expect(furniture(document)).toEqual(['page_header: arXiv stamp']);
  });
});

describe('right-to-left text', () => {
  const visual = (logical: string) => [...logical].reverse().join('');

  it('when Hebrew is shown from left to right, then it is read from the right, numbers and Latin words kept', async () => {
    const shown = `${visual('בנמל')} PDF 2025 ${visual('שלום')}`;

    const document = await readPdf(writePdf([a4().text(70, 80, shown, { font: 'Unicode' })]));

    expect(outline(document)).toEqual(['text: שלום PDF 2025 בנמל']);
  });

  it('when Arabic stands in presentation forms, then they become letters', async () => {
    // Initial lam-alef ligature and meem: "سلام" as a producer shapes it, from left to right.
    const document = await readPdf(writePdf([a4().text(70, 80, '\uFEE1\uFEFC\uFEB3', { font: 'Unicode' })]));

    expect(outline(document)).toEqual(['text: سلام']);
  });
});

describe('tables', () => {
  it('when cells are ruled, then they are the cells of a table, spans included', async () => {
    const page = a4().lines(70, 60, LOREM);
    for (const y of [150, 170, 190, 210]) page.rule(70, y, 370, y);
    for (const x of [70, 370]) page.rule(x, 150, x, 210);
    for (const x of [170, 270]) page.rule(x, 170, x, 210);
    page.text(80, 164, 'Ships by quarter');
    page.text(80, 184, 'Quarter').text(180, 184, 'Ships').text(280, 184, 'Cranes');
    page.text(80, 204, 'First').text(180, 204, '120').text(280, 204, '3');

    const document = await readPdf(writePdf([page]));

    expect(gridOf(document)).toEqual([
      ['Ships by quarter', 'Ships by quarter', 'Ships by quarter'],
      ['Quarter', 'Ships', 'Cranes'],
      ['First', '120', '3'],
    ]);
    expect(document.tables[0]!.data.table_cells[0]).toMatchObject({ col_span: 3, column_header: true });
    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`]);
  });

  it('when cells are only aligned, then they are a table with its caption', async () => {
    const page = a4().lines(70, 60, LOREM).text(70, 150, 'Table 1: Ships by quarter');
    const rows = [
      ['Quarter', 'Ships', 'Cranes'],
      ['First', '120', '3'],
      ['Second', '150', '4'],
      ['Third', '', '4'],
    ];
    rows.forEach((row, index) =>
      row.forEach((cell, column) => cell && page.text(80 + column * 100, 170 + index * 14, cell)),
    );

    const document = await readPdf(writePdf([page]));

    expect(gridOf(document)).toEqual(rows);
    expect(document.tables[0]!.captions).toEqual([{ $ref: document.texts.at(-1)!.self_ref }]);
    expect(document.texts.at(-1)).toMatchObject({ label: 'caption', text: 'Table 1: Ships by quarter' });
  });
});

describe('what is no table and no furniture', () => {
  it('when justified lines have wide gaps between words, then they stay a paragraph', async () => {
    const page = a4()
      .lines(70, 80, LOREM)
      .text(70, 140, 'long distance')
      .text(143, 140, 'runners')
      .text(195, 140, 'after exercise in')
      .text(70, 152, 'comparison with')
      .text(150, 152, 'those')
      .text(190, 152, 'before exercise.');

    const document = await readPdf(writePdf([page]));

    expect(document.tables).toEqual([]);
    expect(outline(document).join(' ')).toContain('runners after exercise in comparison with those before');
  });

  it('when tables at the top of pages share numbers, then the numbers stay in the tables', async () => {
    const pages = ['Ships', 'Cranes', 'Docks'].map((name) => {
      const page = a4();
      ['', 'one', 'two'].forEach((label, row) =>
        [row === 0 ? name : `${name} ${label}`, '1.5', '2.5'].forEach((cell, column) =>
          page.text(70 + 120 * column, 60 + 14 * row, cell),
        ),
      );
      return page.lines(70, 200, LOREM);
    });

    const document = await readPdf(writePdf(pages));

    expect(document.tables).toHaveLength(3);
    expect(gridOf(document, 2)).toEqual([
      ['Docks', '1.5', '2.5'],
      ['Docks one', '1.5', '2.5'],
      ['Docks two', '1.5', '2.5'],
    ]);
  });

  it('when a table goes on over pages, then the head that each page repeats stays in the table', async () => {
    const pages = ['A', 'B', 'C'].map((name) => {
      const page = a4();
      [
        ['Name', 'Ships', 'Cranes'],
        [`${name} one`, '7', '8'],
        [`${name} two`, '9', '4'],
      ].forEach((row, index) => row.forEach((cell, column) => page.text(70 + 120 * column, 60 + 14 * index, cell)));
      return page.lines(70, 200, LOREM);
    });

    const document = await readPdf(writePdf(pages));

    expect(document.tables.map(({ data }) => data.grid[0]!.map(({ text }) => text))).toEqual(
      Array(3).fill(['Name', 'Ships', 'Cranes']),
    );
  });

  it('when a column of text stands beside one of short labels, then they do not mix', async () => {
    const labels = ['Symbol key', 'Interpret', 'Native', 'Overhead', 'Enter'];
    const page = a4().lines(60, 80, [...LOREM, ...LOREM], { size: 9 });
    labels.forEach((label, index) => page.text(330 + 20 * index, 87 + 17 * index, label, { size: 9 }));

    const document = await readPdf(writePdf([page]));

    expect(document.tables).toEqual([]);
    expect(outline(document)[0]).toBe(`text: ${[...LOREM, ...LOREM].join(' ')}`);
  });
});

describe('pictures', () => {
  it('when an image stands between paragraphs, then it is a picture at its place', async () => {
    const image = { width: 8, height: 8, pixels: new Uint8Array(64).fill(128) };
    const page = a4().lines(70, 80, LOREM).image(70, 200, 100, 80, image).lines(70, 320, LOREM);

    const document = await readPdf(writePdf([page]));

    expect(document.pictures.map(({ prov }) => prov[0]!.bbox)).toMatchObject([{ l: 70, t: 200, r: 170, b: 280 }]);
    expect(document.body.children.map(({ $ref }) => $ref)).toEqual(['#/texts/0', '#/pictures/0', '#/texts/1']);
  });
});

describe('scans', () => {
  it('when a page is only an image of text, then the text is read off it', async () => {
    const image = drawText(['THIS SHOE', 'IS HIS']);
    const page = a4().image(50, 100, image.width / 2, image.height / 2, image);

    const document = await readPdf(writePdf([page, a4().lines(70, 80, LOREM)]));

    expect(outline(document)).toEqual(['text: THIS SHOE IS HIS', `text: ${LOREM.join(' ')}`]);
    expect(document.texts[0]!.prov[0]!.bbox.t).toBeGreaterThan(100);
    expect(document.pictures).toEqual([]);
  });
});

describe('damaged and hostile files', () => {
  it('when the file needs a password, then it is refused as encrypted', async () => {
    await expect(readPdf(writePdf([a4().text(70, 80, 'secret')], { encrypted: true }))).rejects.toMatchObject({
      code: 'E004',
      message: expect.stringContaining('encrypted'),
    });
  });

  it.each([
    ['is no PDF', Buffer.from('This is not a PDF at all.')],
    ['is empty', Buffer.alloc(0)],
    ['ends after its head', writePdf([a4()]).subarray(0, 40)],
  ])('when the file %s, then it is refused as damaged', async (_, bytes) => {
    await expect(readPdf(bytes)).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the end of the file is missing, then what is there is read', async () => {
    const whole = writePdf([a4().lines(70, 80, LOREM)]);

    const document = await readPdf(whole.subarray(0, whole.indexOf('startxref')));

    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`]);
  });

  it('when one page cannot be read, then the others are', async () => {
    const whole = writePdf([a4().text(70, 80, 'First page.'), a4().text(70, 80, 'Second page.')]).toString('latin1');
    const broken = whole.replace(/\/Kids\[(.*?)\]/, '/Kids[$1 999 0 R]').replace('/Count 2', '/Count 3');

    const document = await readPdf(Buffer.from(broken, 'latin1'));

    expect(outline(document)).toEqual(['text: First page.', 'text: Second page.']);
    expect(Object.keys(document.pages)).toHaveLength(3);
  });

  it('when a page shows more characters than any real one, then it is refused', async () => {
    const page = new PdfPage(595, 842).text(70, 80, 'x'.repeat(200_001));

    await expect(readPdf(writePdf([page]))).rejects.toMatchObject({ code: 'E305' });
  });

  it('when the file is not there, then it is refused as unreadable', async () => {
    const missing = { path: '/nowhere/missing.pdf', fileName: 'missing.pdf', mimeType: '', binaryHash: 1 };

    await expect(
      pdfFormat.read({ ...missing, signal: new AbortController().signal, onProgress: () => undefined }),
    ).rejects.toMatchObject({ code: 'E003' });
  });

  it('when the reading is stopped, then it ends after the page at hand', async () => {
    const controller = new AbortController();
    const fractions: number[] = [];
    const pages = [1, 2, 3].map(() => a4().lines(70, 80, LOREM));

    const reading = readPdf(writePdf(pages), {
      signal: controller.signal,
      onProgress: (fraction) => {
        fractions.push(fraction);
        controller.abort();
      },
    });

    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(fractions).toHaveLength(1);
  });
});
