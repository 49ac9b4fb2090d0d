import { describe, expect, test } from '@jest/globals';
import { meanFigures, missingParts, scoreMarkdown } from '../../../perf/score/figures.mjs';

describe('the figures of a conversion', () => {
  test('when the texts are the same, then every figure that applies is 1', () => {
    const text = '# a\n\n- b\n\n| c |\n| - |\n';
    expect(scoreMarkdown(text, text)).toEqual({ f1: 1, headings: 1, cells: 1, items: 1, links: undefined });
  });

  test('when words are missing or too many, then F1 is the harmonic mean of precision and recall', () => {
    // Two of three made are right, two of four wanted are there.
    expect(scoreMarkdown('a b x', 'a b c d').f1).toBeCloseTo((2 * (2 / 3) * (2 / 4)) / (2 / 3 + 2 / 4));
  });

  test('when a word is wanted twice, then it counts twice', () => {
    expect(scoreMarkdown('a', 'a a').f1).toBeCloseTo(2 / 3);
    expect(scoreMarkdown('a a', 'a').f1).toBeCloseTo(2 / 3);
  });

  test('when parts are in another order or there are more of them, then recall is whole', () => {
    expect(scoreMarkdown('# b\n\n# a\n\n# c', '# a\n\n# b').headings).toBe(1);
    expect(scoreMarkdown('# a', '# a\n\n# b').headings).toBe(0.5);
  });

  test('when nothing was expected, then there is no figure; when all is missing, then it is 0', () => {
    expect(scoreMarkdown('', '')).toEqual({
      ...{ f1: undefined, headings: undefined, cells: undefined, items: undefined, links: undefined },
    });
    expect(scoreMarkdown('', '# [a](/b)')).toMatchObject({ f1: 0, headings: 0, links: 0 });
  });

  test('when parts are missing, then they are named, and the words that nobody expected', () => {
    expect(missingParts('# a\n\nx', '# b\n\n- [c](/d)\n\n| e |\n| - |')).toEqual({
      words: ['b', 'c', 'e'],
      extraWords: ['a', 'x'],
      headings: ['b'],
      cells: ['e'],
      items: ['c'],
      links: ['/d'],
    });
  });

  test('when documents are averaged, then each counts the same, and only where it has the figure', () => {
    const none = { f1: undefined, headings: undefined, cells: undefined, items: undefined, links: undefined };
    expect(meanFigures([{ ...none, f1: 1, cells: 0.5 }, { ...none, f1: 0 }, none])).toEqual({
      ...none,
      f1: 0.5,
      cells: 0.5,
    });
  });
});
