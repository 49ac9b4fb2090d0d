import { pptxFormat } from '../../../../src/conversion/formats/pptx/index.js';
import { outline, readPackage, relationships, type PackageEntries } from '../../../support/office-package.js';

const NAMESPACES = [
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"',
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"',
].join(' ');

const tree = (root: string, shapes: string, more = '') =>
  `<p:${root} ${NAMESPACES}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld>${more}</p:${root}>`;

const BULLETS = '<a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr><a:lvl2pPr><a:buChar char="–"/></a:lvl2pPr>';
const MASTER = tree(
  'sldMaster',
  '<p:sp><p:nvSpPr><p:nvPr><p:ph type="body" idx="1"/></p:nvPr></p:nvSpPr></p:sp>',
  `<p:txStyles><p:titleStyle><a:lvl1pPr><a:buNone/></a:lvl1pPr></p:titleStyle><p:bodyStyle>${BULLETS}</p:bodyStyle></p:txStyles>`,
);
const LAYOUT = tree(
  'sldLayout',
  `<p:sp><p:nvSpPr><p:nvPr><p:ph idx="1"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="2000000"/></a:xfrm></p:spPr></p:sp>
   <p:sp><p:nvSpPr><p:nvPr><p:ph type="body" idx="3"/></p:nvPr></p:nvSpPr><p:txBody><a:lstStyle><a:lvl1pPr><a:buNone/></a:lvl1pPr></a:lstStyle></p:txBody></p:sp>
   <p:sp><p:nvSpPr><p:nvPr><p:ph type="body" idx="4"/></p:nvPr></p:nvSpPr><p:txBody><a:lstStyle><a:lvl3pPr><a:buAutoNum type="arabicPeriod"/></a:lvl3pPr></a:lstStyle></p:txBody></p:sp>
   <p:sp><p:nvSpPr><p:nvPr><p:ph type="subTitle" idx="2"/></p:nvPr></p:nvSpPr><p:txBody><a:lstStyle><a:lvl1pPr><a:buNone/></a:lvl1pPr></a:lstStyle></p:txBody></p:sp>`,
);

/** A show of these slides; `links` are the first slide's. */
function pptx(
  slides: readonly string[],
  parts: PackageEntries = {},
  links: readonly [string, string, string][] = [],
): PackageEntries {
  const ids = slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="s${index + 1}"/>`);
  return {
    '_rels/.rels': relationships(['rId1', 'officeDocument', 'ppt/presentation.xml']),
    'ppt/presentation.xml': `<p:presentation ${NAMESPACES}><p:sldIdLst>${ids.join('')}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships(
      ...slides.map((_, index): [string, string, string] => [
        `s${index + 1}`,
        'slide',
        `slides/slide${slides.length - index}.xml`,
      ]),
      ['authors', 'commentAuthors', 'commentAuthors.xml'],
    ),
    ...Object.fromEntries(
      slides.map((shapes, index) => [`ppt/slides/slide${slides.length - index}.xml`, tree('sld', shapes)]),
    ),
    [`ppt/slides/_rels/slide${slides.length}.xml.rels`]: relationships(
      ['layout', 'slideLayout', '../slideLayouts/layout1.xml'],
      ...links,
    ),
    'ppt/slideLayouts/layout1.xml': LAYOUT,
    'ppt/slideLayouts/_rels/layout1.xml.rels': relationships(['master', 'slideMaster', '../slideMasters/master1.xml']),
    'ppt/slideMasters/master1.xml': MASTER,
    ...Object.fromEntries(Object.entries(parts).map(([name, content]) => [`ppt/${name}`, content])),
  };
}

const place = (x: number, y: number) => `<a:xfrm><a:off x="${x}" y="${y}"/><a:ext cx="127000" cy="127000"/></a:xfrm>`;
const p = (text: string, properties = '', level = 0) =>
  `<a:p><a:pPr lvl="${level}">${properties}</a:pPr><a:r><a:t>${text}</a:t></a:r></a:p>`;
const sp = (paragraphs: string, placeholder = '', at = '') =>
  `<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/><p:nvPr>${placeholder && `<p:ph ${placeholder}/>`}</p:nvPr></p:nvSpPr><p:spPr>${at}</p:spPr><p:txBody>${paragraphs}</p:txBody></p:sp>`;

const read = async (shapes: string, ...more: [PackageEntries?, (readonly [string, string, string][])?]) =>
  outline(await readPackage(pptxFormat, pptx([shapes], ...more)))
    .slice(1)
    .map((line) => line.slice(2));

describe('pptx: slides', () => {
  it('when parts are numbered otherwise than shown, then slides come in the order of the show', async () => {
    const document = await readPackage(pptxFormat, pptx([sp(p('first')), sp(p('second'))]));
    expect(outline(document)).toEqual(['slide group', '  paragraph: first', 'slide group', '  paragraph: second']);
    expect(document.pages['1']!.size).toEqual({ width: 720, height: 540 });
  });

  it('when shapes lie in another order than they are read, then they are read row by row', async () => {
    const shapes =
      sp(p('below'), '', place(0, 5_000_000)) +
      sp(p('right'), '', place(900_000, 1_000_000)) +
      sp(p('left'), '', place(0, 1_040_000)) +
      sp(p('body'), 'idx="1"') +
      sp(p('title'), 'type="title"', place(0, 0));
    expect(await read(shapes)).toEqual([
      'title: title',
      'paragraph: left',
      'paragraph: right',
      'list group',
      '  item - body',
      'paragraph: below',
    ]);
  });

  it('when shapes are grouped or have alternatives, then each is read once', async () => {
    const shapes =
      `<p:grpSp><p:grpSpPr>${place(0, 0)}</p:grpSpPr>${sp(p('inner'), '', place(0, 0))}</p:grpSp>` +
      `<mc:AlternateContent><mc:Choice Requires="x">${sp(p('choice'))}</mc:Choice><mc:Fallback>${sp(p('fallback'))}</mc:Fallback></mc:AlternateContent>`;
    expect(await read(shapes)).toEqual(['paragraph: inner', 'paragraph: choice']);
  });

  it('when a slide has a text with a place, then its box is in points', async () => {
    const document = await readPackage(pptxFormat, pptx([sp(p('x'), '', place(127_000, 254_000))]));
    expect(document.texts[0]!.prov).toEqual([
      { page_no: 1, bbox: { l: 10, t: 20, r: 20, b: 30, coord_origin: 'TOPLEFT' }, charspan: [0, 1] },
    ]);
  });
});

describe('pptx: lists', () => {
  it('when the master has bullets for bodies, then body paragraphs are items, nested by level', async () => {
    expect(await read(sp(p('a') + p('b', '', 1) + p('c'), 'idx="1"'))).toEqual([
      'list group',
      '  item - a',
      '    list group',
      '      item - b',
      '  item - c',
    ]);
  });

  it('when a text begins at a deeper level, then what follows at a shallower one stays in its list', async () => {
    const shapes = sp(p('a', '', 1) + p('b') + p('c', '', 1), 'idx="1"');
    expect(await read(shapes)).toEqual(['list group', '  item - a', '  item - b', '  item - c']);
  });

  it('when a bulleted text turns to numbers, then a numbered list follows', async () => {
    const auto = '<a:buAutoNum type="arabicPeriod"/>';
    expect(await read(sp(p('a') + p('b', auto) + p('c', auto), 'idx="1"'))).toEqual([
      'list group',
      '  item - a',
      'ordered_list group',
      '  item 1. b',
      '  item 2. c',
    ]);
  });

  it('when master and layout differ on bullets, then the master counts, as in Docling', async () => {
    const shapes =
      sp(p('set off by the layout'), 'type="body" idx="3"', place(0, 0)) +
      sp(p('only the layout says', '', 2), 'type="body" idx="4"', place(0, 1_000_000));
    expect(await read(shapes)).toEqual([
      'list group',
      '  item - set off by the layout',
      'ordered_list group',
      '  item 1. only the layout says',
    ]);
  });

  it('when paragraph, shape or layout say otherwise, then the nearest counts', async () => {
    const own = '<a:lstStyle><a:lvl1pPr><a:buNone/></a:lvl1pPr></a:lstStyle>';
    const shapes =
      sp(p('plain', '<a:buNone/>') + p('item'), 'idx="1"', place(0, 0)) +
      sp(own + p('by shape'), 'idx="1"', place(0, 1_000_000)) +
      sp(p('by layout'), 'type="subTitle" idx="2"', place(0, 2_000_000));
    expect(await read(shapes)).toEqual([
      'paragraph: plain',
      'list group',
      '  item - item',
      'paragraph: by shape',
      'paragraph: by layout',
    ]);
  });

  it('when items are numbered, then they count from their start', async () => {
    const auto = (start: string) => `<a:buAutoNum type="arabicPeriod" ${start}/>`;
    const shapes = sp(p('a', auto('startAt="3"')) + p('b', auto('')) + p('text') + p('c', auto('')));
    expect(await read(shapes)).toEqual([
      'ordered_list group',
      '  item 3. a',
      '  item 4. b',
      'paragraph: text',
      'ordered_list group',
      '  item 1. c',
    ]);
  });

  it('when a paragraph has line breaks and fields, then they read as one line', async () => {
    const paragraph = '<a:p><a:r><a:t>a</a:t></a:r><a:br/><a:fld><a:t>7</a:t></a:fld></a:p>';
    expect(await read(sp(paragraph))).toEqual(['paragraph: a 7']);
  });

  it('when a text has equations, then they are formulas where they stand', async () => {
    const equation = '<a14:m><m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath></a14:m>';
    const shape = sp(
      `<a:p><a:r><a:t>Let </a:t></a:r>${equation}<a:r><a:t> be</a:t></a:r></a:p><a:p>${equation}</a:p>` +
        `<a:p><a:pPr><a:buChar char="•"/></a:pPr><a:r><a:t>or </a:t></a:r>${equation}</a:p>`,
    );
    const choice = `<mc:AlternateContent><mc:Choice Requires="a14">${shape}</mc:Choice><mc:Fallback>${sp(p('a picture'))}</mc:Fallback></mc:AlternateContent>`;
    expect(await read(choice)).toEqual([
      'inline group',
      '  paragraph: Let ',
      '  formula: x+1',
      '  paragraph:  be',
      'formula: x+1',
      'list group',
      '  item - ',
      '    inline group',
      '      text: or ',
      '      formula: x+1',
    ]);
  });
});

describe('pptx: tables, charts, pictures', () => {
  const frame = (content: string) =>
    `<p:graphicFrame><a:graphic><a:graphicData>${content}</a:graphicData></a:graphic></p:graphicFrame>`;
  const tc = (text: string, attributes = '') => `<a:tc ${attributes}><a:txBody>${p(text)}</a:txBody></a:tc>`;

  it('when cells span, then they stand at every place that they cover', async () => {
    const rows =
      `<a:tr>${tc('a', 'gridSpan="2"')}${tc('', 'hMerge="1"')}${tc('b', 'rowSpan="2"')}</a:tr>` +
      `<a:tr>${tc('c')}${tc('d')}${tc('', 'vMerge="1"')}</a:tr>`;
    expect(await read(frame(`<a:tbl>${rows}</a:tbl>`))).toEqual(['table: [a|a|b][c|d|b]']);
  });

  it('when a table is empty, then it is left out', async () => {
    expect(await read(frame(`<a:tbl><a:tr>${tc('')}</a:tr></a:tbl>`))).toEqual([]);
  });

  it('when there is a chart, then its data is a table', async () => {
    const cache = (kind: string, ...values: string[]) =>
      `<c:${kind}Ref><c:${kind}Cache>${values.map((value, index) => `<c:pt idx="${index}"><c:v>${value}</c:v></c:pt>`).join('')}</c:${kind}Cache></c:${kind}Ref>`;
    const series = `<c:ser><c:tx>${cache('str', 'Sales')}</c:tx><c:cat>${cache('str', '1.10', 'Q2')}</c:cat><c:val>${cache('num', '4.2999999999999998', '5.0')}</c:val></c:ser>`;
    const chart = `<c:chartSpace ${NAMESPACES}><c:chart><c:plotArea><c:barChart>${series}</c:barChart></c:plotArea></c:chart></c:chartSpace>`;
    expect(
      await read(frame('<c:chart r:id="chart"/>'), { 'charts/chart1.xml': chart }, [
        ['chart', 'chart', '../charts/chart1.xml'],
      ]),
    ).toEqual(['chart: ', 'table: [|Sales][1.10|4.3][Q2|5]', '  caption: Bar chart']);
  });

  it('when there is a picture, then it keeps the alternative text that a person wrote', async () => {
    const picture = (description: string) =>
      `<p:pic><p:nvPicPr><p:cNvPr id="2" name="x" descr="${description}"/></p:nvPicPr></p:pic>`;
    expect(
      await read(picture('A cat') + picture('cat.jpg') + picture('A cat Description automatically generated')),
    ).toEqual(['picture: A cat', 'picture: ', 'picture: ']);
  });

  describe('diagrams', () => {
    const point = (id: number, text: string, type = 'node') =>
      `<dgm:pt modelId="${id}" type="${type}"><dgm:t><a:p><a:r><a:t>${text}</a:t></a:r></a:p></dgm:t></dgm:pt>`;
    const below = (from: number, to: number, order = 0, type = 'parOf') =>
      `<dgm:cxn type="${type}" srcId="${from}" destId="${to}" srcOrd="${order}"/>`;
    const readDiagram = (points: string, connections: string) =>
      read(
        frame('<dgm:relIds r:dm="d"/>'),
        {
          'diagrams/data1.xml': `<dgm:dataModel ${NAMESPACES}><dgm:ptLst>${points}</dgm:ptLst><dgm:cxnLst>${connections}</dgm:cxnLst></dgm:dataModel>`,
        },
        [['d', 'diagramData', '../diagrams/data1.xml']],
      );

    it('when a slide has SmartArt, then its texts are a list, in its order', async () => {
      const points =
        point(0, '', 'doc') + point(1, 'Second') + point(2, 'First') + point(3, 'Below') + point(4, '', 'pres');
      const connections = below(0, 1, 1) + below(0, 2, 0) + below(2, 3) + below(1, 4, 0, 'presOf');
      expect(await readDiagram(points, connections)).toEqual([
        'list group',
        '  item - First',
        '    list group',
        '      item - Below',
        '  item - Second',
      ]);
    });

    it('when a diagram runs in circles or without end, then each text is read once', async () => {
      const ids = Array.from({ length: 3_000 }, (_, index) => index + 1);
      const points = point(0, '', 'doc') + ids.map((id) => point(id, `n${id}`)).join('');
      const lines = await readDiagram(points, ids.map((id) => below(id - 1, id)).join('') + below(3_000, 1));
      expect(lines.filter((line) => line.includes('item'))).toHaveLength(3_000);
    });
  });
});

describe('pptx: notes and comments', () => {
  it('when a slide has notes and comments, then they go to the layer of notes', async () => {
    const notes = tree('notes', sp(p('7'), 'type="sldNum"') + sp(p('Say hello'), 'type="body"'));
    const parts = {
      'notesSlides/notes1.xml': notes,
      'comments/comment1.xml': `<p:cmLst ${NAMESPACES}><p:cm authorId="0" dt="2026-01-02T00:00:00"><p:text>Why?</p:text></p:cm></p:cmLst>`,
      'commentAuthors.xml': `<p:cmAuthorLst ${NAMESPACES}><p:cmAuthor id="0" name="Ann"/></p:cmAuthorLst>`,
    };
    const document = await readPackage(
      pptxFormat,
      pptx([sp(p('text'))], parts, [
        ['notes', 'notesSlide', '../notesSlides/notes1.xml'],
        ['comments', 'comments', '../comments/comment1.xml'],
      ]),
    );
    expect(outline(document).slice(2)).toEqual([
      '  text: Say hello',
      '  comment_section group',
      '    text: [author: Ann, time: 2026-01-02T00:00:00]: Why?',
    ]);
    expect(document.texts.map((text) => text.content_layer)).toEqual(['body', 'notes', 'notes']);
  });
});

describe('pptx: broken input', () => {
  it('when the package is another kind of document, then E004', async () => {
    const entries = { ...pptx([]), 'ppt/presentation.xml': '<a/>' };
    await expect(readPackage(pptxFormat, entries)).rejects.toMatchObject({ code: 'E004' });
  });

  it('when a slide is missing, then the others are read', async () => {
    const whole = Object.entries(pptx([sp(p('a')), sp(p('b'))]));
    const entries = Object.fromEntries(whole.filter(([name]) => name !== 'ppt/slides/slide1.xml'));
    expect(outline(await readPackage(pptxFormat, entries))).toEqual(['slide group', '  paragraph: a', 'slide group']);
  });

  it('when a slide is damaged, then E004', async () => {
    await expect(readPackage(pptxFormat, pptx(['<p:sp>']))).rejects.toMatchObject({ code: 'E004' });
  });
});
