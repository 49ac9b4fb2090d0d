import { describe, expect, test } from '@jest/globals';
import { markdownParts } from '../../../perf/score/markdown-parts.mjs';

const lines = (...all: string[]) => all.join('\n');

describe('the parts of a Markdown text', () => {
  test('when there are headings, then their text counts, whatever their kind and marks', () => {
    expect(markdownParts(lines('# One *two*', '', 'Three', '=====', '', '### `four`\\_')).headings).toEqual([
      'one two',
      'three',
      'four_',
    ]);
  });

  test('when there are tables, then every cell with text counts, those of the head too', () => {
    const table = lines('| a | **b** |', '| - | :-: |', '|  | c\\|d |');
    expect(markdownParts(table).cells).toEqual(['a', 'b', 'c|d']);
  });

  test('when lists nest, then each item counts without those below it', () => {
    expect(markdownParts(lines('- a', '    1. b', '    2. [c](/x)', '- d', '', '    more')).items).toEqual([
      ...['a', 'b', 'c', 'd'],
    ]);
  });

  test('when there are links, then their targets count', () => {
    expect(markdownParts('[a](/x) <https://example.org/> ![b](c.png) https://not.linked/').links).toEqual([
      '/x',
      'https://example.org/',
    ]);
  });

  test('when there is text, then words are runs of letters, marks and digits, and code is text', () => {
    const { words } = markdownParts(
      lines('Naïve CAFÉ-12,5 x²', '', '```js', 'a_b(1)', '```', '', '`q` <b>', '', '<p>r</p>'),
    );
    expect(words).toEqual(['naïve', 'café', '12', '5', 'x2', 'a', 'b', '1', 'q', 'b', 'p', 'r', 'p']);
  });

  test('when texts differ in dialect only, then their parts are the same', () => {
    const one = lines('# “A” – b', '', '* c …', '', '<!-- image -->', '', '| d |', '|---|');
    const other = lines('"A"  - b', '===', '', '- c…', '', '| d   |', '| -   |');
    expect(markdownParts(one)).toEqual(markdownParts(other));
  });
});
