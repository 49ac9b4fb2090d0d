import { beforeEach, describe, expect, test } from '@jest/globals';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import type { DocumentNode, Formatting } from '../../../../src/conversion/document/docling-document.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';

describe('the Markdown export', () => {
  let builder: DocumentBuilder;
  const render = () => renderExport(exporters.markdown, builder.document);

  beforeEach(() => {
    builder = new DocumentBuilder({ fileName: 'x.pdf', mimeType: 'application/pdf', binaryHash: 1 });
  });

  test('when there is a title and headings, then they are one level apart and never below six', () => {
    builder.addText('title', 'Title');
    builder.addHeading(1, 'Section');
    builder.addHeading(9, 'Deep');
    expect(render()).toBe('# Title\n\n## Section\n\n###### Deep\n');
  });

  test('when something is furniture, a note or a page header, then it is left out', () => {
    builder.addText('page_header', 'no', undefined, { layer: 'furniture' });
    builder.addText('text', 'no', undefined, { layer: 'notes' });
    builder.addText('page_footer', 'no');
    builder.addText('text', 'no', builder.addGroup('list', 'menu', undefined, 'furniture'));
    expect(render()).toBe('');
  });

  test('when text stands inside a picture, then only the picture shows', () => {
    builder.addText('text', 'Axis title', builder.addPicture());
    expect(render()).toBe('<!-- image -->\n');
  });

  test('when a formula is not decoded, then its place is named', () => {
    builder.addFormula('').orig = 'x = a + b';
    expect(render()).toBe('<!-- formula-not-decoded -->\n');
  });

  test('when items are marked in ways that Markdown does not know, then their marks are text', () => {
    const list = builder.addGroup('ordered_list', 'list');
    for (const marker of ['3.', '4)', 'a)', '1.2.', '']) builder.addListItem('x', list, marker);
    const bullets = builder.addGroup('list', 'list');
    for (const marker of ['•', 'o', '-', '']) builder.addListItem('y', bullets, marker);
    expect(render()).toBe('3. x\n4. x\n- a) x\n- 1.2. x\n5. x\n\n- y\n- y\n- y\n- y\n');
  });

  test('when blocks stand in an item, then they are indented below it', () => {
    const list = builder.addGroup('ordered_list', 'list');
    const item = builder.addListItem('one', list, '100000.');
    builder.addCode('a\n b', 'Bash', item);
    builder.addTable([['x']], item);
    builder.addListItem('two', list, '100001.');
    const indent = ' '.repeat(8);
    const code = ['```bash', 'a', ' b', '```'].map((line) => indent + line).join('\n');
    expect(render()).toBe(`100000. one\n\n${code}\n\n${indent}| x |\n${indent}| - |\n\n100001. two\n`);
  });

  test('when a cell holds a list, then its items keep their marks in the line of the cell', () => {
    const table = builder.addTable([['x']]);
    const content = builder.addGroup('unspecified', 'rich_cell_group', table);
    table.data.table_cells[0]!.ref = { $ref: content.self_ref };
    const bullets = builder.addGroup('list', 'list', content);
    builder.addListItem('a', bullets, '-');
    const numbers = builder.addGroup('ordered_list', 'list', content);
    for (const marker of ['1.', 'b)']) builder.addListItem('b', numbers, marker);
    expect(render()).toBe('| - a 1. b b) b |\n| - |\n');
  });

  test('when a picture has only an alternative text, then its place is marked and no word added', () => {
    builder.addPicture(undefined, 'A cat');
    expect(render()).toBe('<!-- image -->\n');
  });

  test('when a list stands in a list without an item between, then it belongs to the item before', () => {
    const list = builder.addGroup('list', 'list');
    builder.addListItem('a', list, '-');
    builder.addListItem('b', builder.addGroup('list', 'list', list), '-');
    builder.addListItem('c', list, '-');
    expect(render()).toBe('- a\n    - b\n- c\n');
  });

  test('when the children of a group are one line, then they keep their own spaces', () => {
    const group = builder.addGroup('inline', 'group');
    builder.addText('text', 'see ', group);
    builder.addText('text', 'this ', group, { formatting: { bold: true }, hyperlink: 'https://example.org' });
    builder.addCode('a`b', undefined, group);
    builder.addText('text', ', H', group);
    builder.addText('text', '2', group, { formatting: { script: 'sub' } });
    builder.addText('text', 'O: ', group);
    builder.addFormula('x^2', group);
    builder.addPicture(group);
    expect(render()).toBe('see [**this**](https://example.org/) `` a`b ``, H 2 O: $x^2$<!-- image -->\n');
  });

  test('when neighbours look the same, then they are formatted as one', () => {
    const group = builder.addGroup('inline', 'group');
    for (const text of ['a', 'b ', 'c']) builder.addText('text', text, group, { formatting: { italic: true } });
    expect(render()).toBe('*ab c*\n');
  });

  test.each<[string, readonly [string, Partial<Formatting>?][], string]>([
    ['after punctuation', [['Note:', { bold: true }], ['text']], '**Note:** text'],
    ['before punctuation', [['see'], ['(a)', { italic: true }]], 'see *(a)*'],
  ])('when marks %s would not be seen as such, then a space is between', (_case, runs, markdown) => {
    const group = builder.addGroup('inline', 'group');
    for (const [text, formatting] of runs) builder.addText('text', text, group, formatting && { formatting });
    expect(render()).toBe(`${markdown}\n`);
  });

  test('when marks would run into others within a word, then the word is whole and those that can stand do', () => {
    const group = builder.addGroup('inline', 'group');
    builder.addText('text', 'bo', group, { formatting: { bold: true } });
    builder.addText('text', 'th', group, { formatting: { italic: true } });
    builder.addText('text', 'x a', group);
    builder.addText('text', 'b', group, { formatting: { bold: true, strikethrough: true } });
    builder.addText('text', 'c', group);
    builder.addText('text', ' d', group, { formatting: { bold: true } });
    builder.addText('text', 'e', group, { formatting: { italic: true } });
    expect(render()).toBe('**bo**thx a~~b~~c **d**_e_\n');
  });

  test('when text is raised or lowered, then it is a word of its own', () => {
    const group = builder.addGroup('inline', 'group');
    const raised = { formatting: { script: 'super' as const } };
    builder.addText('text', 'x', group);
    builder.addText('text', '2', group, raised);
    builder.addText('text', ', note.', group);
    builder.addText('text', '3', group, raised);
    builder.addText('text', ' (', group);
    builder.addText('text', 'a', group, raised);
    builder.addText('text', 'b)', group);
    expect(render()).toBe('x 2, note. 3 (a b)\n');
  });

  test.each([
    ['# a', '\\# a'],
    ['#a', '#a'],
    ['1. a', '1\\. a'],
    ['+ a', '\\+ a'],
    ['* a', '\\* a'],
    ['> a', '\\> a'],
    ['---', '\\---'],
    ['snake_case and _this_', 'snake_case and \\_this\\_'],
    ['5 * 3 *4*', '5 * 3 \\*4\\*'],
    ['<b>, a < b', '\\<b>, a < b'],
    ['R&D &amp;', 'R&D \\&amp;'],
    ['[1] and [a](b)', '\\[1\\] and \\[a\\](b)'],
    ['[1]', '[1]'],
    ['~~a~~ ~b', '\\~\\~a\\~\\~ ~b'],
    ['C:\\dir \\*', 'C:\\dir \\\\\\*'],
    ['a\n- b', 'a  \n\\- b'],
  ])('when the text is %j, then it is written %j', (text, markdown) => {
    builder.addText('text', text);
    expect(render()).toBe(`${markdown}\n`);
  });

  test('when a heading ends in a number sign, then it is still shown', () => {
    builder.addHeading(1, 'C #');
    expect(render()).toBe('## C \\#\n');
  });

  test('when code holds fences, then its own is longer', () => {
    builder.addCode('```\nx\n```');
    expect(render()).toBe('````\n```\nx\n```\n````\n');
  });

  test('when cells span, hold bars or lines, then every place has a text of one line', () => {
    builder.addTable([
      [
        { text: 'a|b', colSpan: 2 },
        { text: 'c\nd', rowSpan: 2 },
      ],
      ['*1*'],
    ]);
    expect(render()).toBe('| a\\|b | a\\|b | c d |\n| - | - | - |\n| \\*1\\* |  | c d |\n');
  });

  test('when a picture or table has captions, then they stand before it and nowhere else', () => {
    const table = builder.addTable([['a']]);
    builder.addCaption('Table 1', table);
    table.footnotes.push({ $ref: builder.addText('footnote', 'Note', table).self_ref });
    builder.addCaption('Figure 1', builder.addPicture(undefined, 'not shown beside a caption'));
    expect(render()).toBe('Table 1\n\n| a |\n| - |\n\nNote\n\nFigure 1\n\n<!-- image -->\n');
  });

  test('when a check box is ticked, then it shows', () => {
    builder.addText('checkbox_selected', 'done');
    builder.addText('checkbox_unselected', 'open');
    builder.addFormula('a+b');
    expect(render()).toBe('- [x] done\n\n- [ ] open\n\n$$a+b$$\n');
  });

  test.each(['javascript:alert(1)', ' JAVA\nSCRIPT:x', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', ''])(
    'when a link goes to %j, then only its text is left',
    (hyperlink) => {
      builder.addText('text', 'x', undefined, { hyperlink });
      expect(render()).toBe('x\n');
    },
  );

  test('when a document is nested without end, then it ends with E305', () => {
    let parent: DocumentNode | undefined;
    for (let level = 0; level < 20_000; level += 1) parent = builder.addGroup('section', 's', parent);
    expect(render).toThrow(expect.objectContaining({ code: 'E305' }));
  });

  test('when a document refers to itself, then it ends with E305', () => {
    const group = builder.addGroup('section', 's');
    group.children.push({ $ref: group.self_ref });
    expect(render).toThrow(expect.objectContaining({ code: 'E305' }));
  });

  test('when a long cell is repeated beyond measure, then it ends with E305', () => {
    builder.addTable([[{ text: 'x'.repeat(200_000), colSpan: 1_000 }]]);
    expect(render).toThrow(expect.objectContaining({ code: 'E305' }));
  });
});
