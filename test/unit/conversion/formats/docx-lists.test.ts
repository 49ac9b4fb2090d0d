import { numbered, p, part, PARTS, r, read } from '../../../support/word-package.js';

describe('docx: lists', () => {
  it('when levels nest, then lists nest below the item before', async () => {
    const body = p('a', numbered(1, 0)) + p('b', numbered(1, 1)) + p('c', numbered(2, 1)) + p('d', numbered(1, 0));
    expect(await read(body, PARTS)).toEqual([
      'ordered_list group',
      '  item 1. a',
      '    ordered_list group',
      '      item a) b',
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

  const oneItem = (format: string, start: number, text = '%1.') =>
    part(
      'numbering',
      `<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="${start}"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`,
    );

  it.each([
    ['decimal', 7, '7.'],
    ['upperLetter', 28, 'BB.'],
    ['lowerRoman', 1994, 'mcmxciv.'],
    ['decimalZero', 7, '07.'],
    ['decimalFullWidth', 10, '１０.'],
    ['decimalEnclosedCircle', 20, '⑳.'],
    ['decimalEnclosedCircle', 21, '21.'],
    ['ideographTraditional', 3, '丙.'],
    ['ideographZodiac', 12, '亥.'],
    ['ideographDigital', 105, '一〇五.'],
    ['chineseCounting', 10, '十.'],
    ['chineseCounting', 21, '二十一.'],
    ['chineseCounting', 101, '一○一.'],
    ['chineseCountingThousand', 19, '十九.'],
    ['chineseCountingThousand', 110, '一百一十.'],
    ['chineseCountingThousand', 909090, '九十万〇九千〇九十.'],
    ['chineseLegalSimplified', 101, '壹佰零壹.'],
    ['japaneseCounting', 1100, '千百.'],
    ['japaneseCounting', 11010, '一万一千十.'],
    ['russianUpper', 2, 'Б.'],
    ['noSuchFormat', 5, '5.'],
  ])('when numbers are %s, then %d is %s', async (format, start, marker) => {
    expect(await read(p('x', numbered(1, 0)), { 'numbering.xml': oneItem(format, start) })).toEqual([
      'ordered_list group',
      `  item ${marker} x`,
    ]);
  });

  const level1 = (index: number, more: string) =>
    `<w:lvl w:ilvl="${index}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%${index + 1}."/>${more}</w:lvl>`;

  it('when a level restarts only after a higher one, or never, then it goes on counting', async () => {
    const numbering = part(
      'numbering',
      `<w:abstractNum w:abstractNumId="0">${level1(0, '')}${level1(1, '')}${level1(2, '<w:lvlRestart w:val="1"/>')}${level1(3, '<w:lvlRestart w:val="0"/>')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`,
    );
    const items = [0, 1, 2, 3, 1, 2, 3, 0, 1, 2, 3].map((index) => p('x', numbered(1, index))).join('');
    const lines = await read(items, { 'numbering.xml': numbering });
    expect(lines.filter((line) => line.includes('item')).map((line) => line.trim())).toEqual(
      ['1.', '1.1.', '1.1.1.', '1.1.1.1.', '1.2.', '1.2.2.', '1.2.2.2.', '2.', '2.1.', '2.1.1.', '2.1.1.3.'].map(
        (marker) => `item ${marker} x`,
      ),
    );
  });

  const bullets = (indent: number, abstractId: number) =>
    `<w:abstractNum w:abstractNumId="${abstractId}"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:pPr><w:ind w:left="${indent}"/></w:pPr></w:lvl></w:abstractNum><w:num w:numId="${abstractId}"><w:abstractNumId w:val="${abstractId}"/></w:num>`;

  it('when lists of their own differ by their distance from the margin, then they nest', async () => {
    const numbering = part('numbering', bullets(360, 1) + bullets(720, 2) + bullets(360, 3));
    const body =
      p('a', numbered(1, 0)) +
      p('b', numbered(2, 0)) +
      p('c', `${numbered(1, 0)}<w:ind w:left="1080"/>`) +
      p('d', numbered(3, 0));
    expect(await read(body, { 'numbering.xml': numbering })).toEqual([
      'list group',
      '  item - a',
      '    list group',
      '      item - b',
      '        list group',
      '          item - c',
      '  item - d',
    ]);
  });

  it('when a list begins at a deeper level, then it stands at the margin all the same', async () => {
    expect(await read(p('a', numbered(2, 1)) + p('b', numbered(2, 0)), PARTS)).toEqual([
      'list group',
      '  item - a',
      'list group',
      '  item - b',
    ]);
  });
});
