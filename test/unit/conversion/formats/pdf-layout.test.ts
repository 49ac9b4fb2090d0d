import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { a4, writePdf, type PdfPage } from '../../../support/pdf-writer.js';
import { gridOf, LOREM, readPdf } from './pdf-input.js';

const readPages = (...pages: PdfPage[]) => readPdf(writePdf(pages));

/** The texts that stand in the body itself, not in a picture, as `label: text`. */
function outline(document: DoclingDocument): string[] {
  return document.texts
    .filter(({ content_layer: layer, parent }) => layer === 'body' && !parent?.$ref.startsWith('#/pictures'))
    .map(({ label, text }) => `${label}: ${text}`);
}

describe('figures', () => {
  /** Ten curves that rise to the right, in a box of 200 by 100 points. */
  function chart(page: PdfPage, x: number, y: number): PdfPage {
    for (let index = 0; index < 10; index += 1)
      page.raw(
        `${x} ${841 - y - 100} m ${x + 60} ${841 - y - index} ${x + 90} ${841 - y - 50} ${x + 200} ${841 - y} c S`,
      );
    return page;
  }

  it('when a drawing has a caption, then its labels are a part of the picture', async () => {
    const page = chart(a4().lines(70, 60, LOREM), 100, 150)
      .text(150, 200, 'Ships', { size: 8 })
      .text(85, 200, '50', { size: 8 })
      .text(180, 262, 'Year', { size: 8 })
      .text(70, 284, 'Figure 1: Ships by year');

    const document = await readPages(page.lines(70, 330, LOREM));

    const [picture] = document.pictures;
    const inside = document.texts.filter(({ parent }) => parent?.$ref === picture!.self_ref);
    expect(inside.filter(({ label }) => label === 'text').map(({ text }) => text)).toEqual(['Ships', '50', 'Year']);
    expect(picture!.captions).toHaveLength(1);
    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`, `text: ${LOREM.join(' ')}`]);
  });

  it('when text stands in a drawn frame, then it stays text', async () => {
    const page = a4().lines(70, 60, LOREM).lines(80, 200, LOREM);
    for (const y of [180, 260]) page.rule(70, y, 400, y);
    for (const x of [70, 400]) page.rule(x, 180, x, 260);

    const document = await readPages(page);

    expect(document.pictures).toEqual([]);
    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`, `text: ${LOREM.join(' ')}`]);
  });
});

describe('formulas', () => {
  it('when a numbered equation stands between paragraphs, then it is a formula that is not decoded', async () => {
    const page = a4().lines(70, 60, LOREM).text(150, 140, 'x = a + b').text(310, 140, '(1)').lines(70, 170, LOREM);

    const document = await readPages(page);

    expect(document.texts[1]).toMatchObject({ label: 'formula', text: '', orig: 'x = a + b (1)' });
    expect(outline(document)).toHaveLength(3);
  });

  it('when a sentence holds an equation, then it stays a sentence', async () => {
    const document = await readPages(a4().lines(70, 60, [...LOREM.slice(0, 4), 'that is, x = a + b.']));

    expect(outline(document)).toEqual([`text: ${LOREM.slice(0, 4).join(' ')} that is, x = a + b.`]);
  });
});

describe('tables between rules', () => {
  const ROWS = [
    ['Quarter', 'Ships', 'Cranes'],
    ['First', '12000', '34000'],
    ['Second', '15000', '44000'],
  ];

  function cells(page: PdfPage, x: number, y: number, width: number): PdfPage {
    ROWS.forEach((row, index) => row.forEach((cell, column) => page.text(x + column * width, y + index * 14, cell)));
    return page;
  }

  it('when rules stand above, in and below narrow columns, then the columns are found', async () => {
    const page = cells(a4().lines(70, 60, LOREM), 72, 164, 42);
    for (const y of [152, 168, 198]) page.rule(70, y, 190, y);

    expect(gridOf(await readPages(page.lines(70, 240, LOREM)))).toEqual(ROWS);
  });

  it('when every row but the head has a rule above it, then the head is a row too', async () => {
    const page = cells(a4().lines(70, 60, LOREM), 72, 164, 42);
    for (const y of [168, 182, 196]) page.rule(70, y, 190, y);

    expect(gridOf(await readPages(page.lines(70, 240, LOREM)))).toEqual(ROWS);
  });

  it('when paragraphs stand between rules, then they are no table', async () => {
    const page = a4().lines(70, 164, LOREM);
    for (const y of [150, 230]) page.rule(70, y, 330, y);

    const document = await readPages(page);

    expect(document.tables).toEqual([]);
    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`]);
  });
});

describe('lines', () => {
  it('when bullets are drawn as shapes, then the lines are items of a list', async () => {
    const page = a4().lines(70, 60, LOREM);
    ['First berth', 'Second berth', 'Third berth'].forEach((berth, index) => {
      const baseline = 150 + index * 18;
      page.raw(`82 ${842 - baseline + 2} 4 4 re f`).text(95, baseline, berth);
    });

    expect(outline(await readPages(page)).slice(1)).toEqual([
      'list_item: First berth',
      'list_item: Second berth',
      'list_item: Third berth',
    ]);
  });

  it('when text is set with double spacing, then its lines are one paragraph', async () => {
    const document = await readPages(a4().lines(70, 60, LOREM, { leading: 24 }));

    expect(outline(document)).toEqual([`text: ${LOREM.join(' ')}`]);
  });

  it('when the spaces of justified lines are very wide, then they part no cells', async () => {
    const page = a4();
    ['few words', 'wide gaps', 'here now', 'and then', 'ends so.'].forEach((line, index) =>
      page.raw(`BT /F0 10 Tf ${30 - index} Tw 1 0 0 1 70 ${760 - index * 12} Tm (${line}) Tj ET`),
    );

    const document = await readPages(page);

    expect(document.tables).toEqual([]);
    expect(outline(document)).toEqual(['text: few words wide gaps here now and then ends so.']);
  });

  it('when a letter of a name is moved down, then it stays in the name', async () => {
    const page = a4().text(70, 60, 'Set with T').text(114, 62.3, 'E').text(120, 60, 'X');

    expect(outline(await readPages(page))).toEqual(['text: Set with TEX']);
  });

  it('when a numbered title in the type of the text stands apart, then it is a heading', async () => {
    const page = a4().lines(70, 60, LOREM).text(150, 140, 'II. Ships and Cranes').lines(70, 160, LOREM);

    expect(outline(await readPages(page))[1]).toBe('section_header: II. Ships and Cranes');
  });

  it('when most pages open with the same words in large type, then they are a running head', async () => {
    const pages = [1, 2, 3, 4].map((number) =>
      a4()
        .text(70, 50, 'Harbour Report', { size: 16 })
        .lines(70, 110, [`Page ${number} tells this.`, ...LOREM]),
    );

    const document = await readPages(...pages);

    expect(outline(document).join(' ')).not.toContain('Harbour Report');
  });

  it('when a heading goes on below its text, behind its number, then it is one heading', async () => {
    const bold = { size: 14, font: 'Helvetica-Bold' } as const;
    const page = a4()
      .lines(70, 60, LOREM)
      .text(70, 150, '2.1', bold)
      .text(104, 150, 'Farms in the upper valley and meth-', bold)
      .text(104, 167, 'ods of measuring their yields', bold)
      .lines(70, 190, LOREM);

    const document = await readPages(page);

    expect(outline(document)).toEqual([
      `text: ${LOREM.join(' ')}`,
      'title: 2.1 Farms in the upper valley and methods of measuring their yields',
      `text: ${LOREM.join(' ')}`,
    ]);
  });
});

describe('hostile pages', () => {
  it('when a page has tens of thousands of lines and open artifacts, then it is still read', async () => {
    const letters = Array.from(
      { length: 4_000 },
      (_, index) => `1 0 0 1 ${(index * 17) % 590} ${(index * 7919) % 830} Tm (a) Tj`,
    );
    const page = a4().raw(`${'/Span BMC '.repeat(20_000)} BT /F0 1 Tf ${letters.join(' ')} ET`);

    const document = await readPages(page);

    expect(outline(document).join(' ').match(/\ba\b/g)!.length).toBeGreaterThan(1_000);
  });
});
