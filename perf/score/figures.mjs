import { markdownParts } from './markdown-parts.mjs';

/**
 * How much of what was expected a conversion kept, each from 0 to 1; undefined where nothing was
 * expected.
 *
 * @typedef {object} Figures
 * @property {number | undefined} f1 of the words, as multisets
 * @property {number | undefined} headings recall, by their text
 * @property {number | undefined} cells recall of table cells
 * @property {number | undefined} items recall of list items
 * @property {number | undefined} links recall of link targets
 */

/** @type {readonly (keyof Figures)[]} */
export const FIGURE_NAMES = ['f1', 'headings', 'cells', 'items', 'links'];

/**
 * @param {string} actual Markdown that was made
 * @param {string} expected Markdown that was expected
 * @returns {Figures}
 */
export function scoreMarkdown(actual, expected) {
  const made = markdownParts(actual);
  const wanted = markdownParts(expected);
  return {
    f1: f1(made.words, wanted.words),
    headings: recall(made.headings, wanted.headings),
    cells: recall(made.cells, wanted.cells),
    items: recall(made.items, wanted.items),
    links: recall(made.links, wanted.links),
  };
}

/**
 * What was expected and is not there, and the words that are there and were not expected.
 *
 * @typedef {{ words: string[], extraWords: string[], headings: string[], cells: string[], items: string[], links: string[] }} MissingParts
 *
 * @param {string} actual
 * @param {string} expected
 * @returns {MissingParts}
 */
export function missingParts(actual, expected) {
  const made = markdownParts(actual);
  const wanted = markdownParts(expected);
  return {
    words: without(wanted.words, made.words),
    extraWords: without(made.words, wanted.words),
    headings: without(wanted.headings, made.headings),
    cells: without(wanted.cells, made.cells),
    items: without(wanted.items, made.items),
    links: without(wanted.links, made.links),
  };
}

/**
 * The mean over documents, each counting the same, of every figure that any of them has.
 *
 * @param {Figures[]} all
 * @returns {Figures}
 */
export function meanFigures(all) {
  const mean = (/** @type {keyof Figures} */ name) => {
    const values = all.flatMap((figures) => figures[name] ?? []);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const [f1, headings, cells, items, links] = FIGURE_NAMES.map(mean);
  return { f1, headings, cells, items, links };
}

/**
 * @param {string[]} made
 * @param {string[]} wanted
 */
function f1(made, wanted) {
  if (made.length + wanted.length === 0) return undefined;
  return (2 * shared(made, wanted)) / (made.length + wanted.length);
}

/**
 * @param {string[]} made
 * @param {string[]} wanted
 */
function recall(made, wanted) {
  return wanted.length === 0 ? undefined : shared(made, wanted) / wanted.length;
}

/**
 * Size of the intersection of two multisets.
 *
 * @param {string[]} left
 * @param {string[]} right
 */
function shared(left, right) {
  return right.length - without(right, left).length;
}

/**
 * The multiset `values` less the multiset `others`.
 *
 * @param {string[]} values
 * @param {string[]} others
 */
function without(values, others) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
  return values.filter((value) => {
    const count = counts.get(value) ?? 0;
    counts.set(value, count - 1);
    return count <= 0;
  });
}
