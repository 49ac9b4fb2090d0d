import type { Row } from './aligned-tables.js';
import { unionOf, type Box } from './geometry.js';
import type { Formula, Line } from './model.js';

/** Share of mathematical characters in a row that is the heart of a formula, and when its number stands beside it. */
const LEAST_MATHEMATICAL = 0.2;
const LEAST_IF_NUMBERED = 0.08;
/** Share of them in a row that may start at the edge of the column. */
const MOSTLY_MATHEMATICAL = 0.45;
/** Share of the letters that may be those of words. */
const MOST_WORDS = 0.45;
/** How far from the edge of its column a formula starts, in ems. */
const LEAST_INDENT = 0.9;
/** How far the parts of a formula, such as numerators and limits, stand from each other, in ems. */
const REACH = 1.9;
const LONGEST_PART = 60;
/** With more parts in a row, it belongs to a table. */
const MOST_PARTS = 8;

const NUMBER = /^\((?:[A-Z]\.?|S)?\d{1,3}(?:[.-]\d{1,3})*[a-z]?['\u2032]?\)$/;
const RELATION = /[=<>\u2190-\u21FF\u2208-\u220B\u220F\u2211\u221D\u222B\u223C-\u22AF:]/u;
const WORD = /\p{L}{3,}/gu;
const FUNCTIONS =
  /^(?:sin|cos|tan|cot|sinh|cosh|tanh|log|exp|lim|max|min|arg|argmax|argmin|det|dim|ker|sup|inf|mod|gcd|deg|rank|sign|diag|var|cov|const|otherwise|for|all|and|where|with|such|that)$/i;

/** Parts the rows of a column, in order, into formulas that stand by themselves and runs of other rows. */
export function withFormulas(rows: readonly Row[]): (Row[] | Formula)[] {
  const column = unionOf(rows.flat().map(({ box }) => box));
  const parts: (Row[] | Formula)[] = [];
  let others: Row[] = [];
  for (let index = 0; index < rows.length;) {
    const { end, hasHeart } = mathematicalRun(rows, index, column);
    const run = rows.slice(index, Math.max(end, index + 1));
    if (hasHeart) {
      if (others.length > 0) parts.push(others);
      others = [];
      const lines = run.flat();
      parts.push({ kind: 'formula', box: unionOf(lines.map(({ box }) => box)), lines });
    } else for (const row of run) others.push(row);
    index += run.length;
  }
  if (others.length > 0) parts.push(others);
  return parts;
}

/** Where the rows end that can all belong to one formula, and whether they have what makes it one. */
function mathematicalRun(rows: readonly Row[], start: number, column: Box): { end: number; hasHeart: boolean } {
  let hasHeart = false;
  let end = start;
  for (let index = start; index < rows.length; index += 1) {
    const row = rows[index] ?? [];
    if (index > start && gapBetween(rows[index - 1], row) > REACH) break;
    const isHeart = isHeartOfFormula(row, column.x0, column.x1);
    if (!isHeart && !isPart(row, column.x0)) break;
    hasHeart ||= isHeart;
    end = index + 1;
  }
  return { end, hasHeart };
}

function gapBetween(above: Row | undefined, below: Row): number {
  const [first] = above ?? [];
  const [second] = below;
  return first && second ? (second.baseline - first.baseline) / Math.max(first.size, second.size) : Infinity;
}

function isHeartOfFormula(row: Row, left: number, right: number): boolean {
  const [first] = row;
  if (!first || row.some(({ monospaced, rightToLeft }) => monospaced || rightToLeft)) return false;
  const last = row.at(-1);
  const isNumbered = row.length > 1 && last !== undefined && NUMBER.test(last.text) && last.box.x1 > right - last.size;
  const body = isNumbered ? row.slice(0, -1) : row;
  if (body.length > MOST_PARTS || wordsIn(body) > MOST_WORDS) return false;
  if (!RELATION.test(body.map(({ text }) => text).join(' ')) && !isNumbered) return false;
  const share = mathematicalShare(body);
  if (isNumbered && share >= LEAST_IF_NUMBERED) return true;
  return share >= (isIndented(first, left) ? LEAST_MATHEMATICAL : MOSTLY_MATHEMATICAL);
}

function isIndented({ box, size }: Line, left: number): boolean {
  return box.x0 > left + LEAST_INDENT * size;
}

/** A row that can stand above or below the heart of a formula: a numerator, a limit, a case. */
function isPart(row: Row, left: number): boolean {
  const [first] = row;
  if (!first || row.length > MOST_PARTS || row.some(({ monospaced }) => monospaced)) return false;
  const letters = row.reduce((sum, { text }) => sum + text.length, 0);
  if (letters > LONGEST_PART || wordsIn(row) > MOST_WORDS) return false;
  const share = mathematicalShare(row);
  return isIndented(first, left) ? share > 0 || letters <= 3 : share >= MOSTLY_MATHEMATICAL;
}

function mathematicalShare(lines: readonly Line[]): number {
  const letters = lines.reduce((sum, { text }) => sum + text.length, 0);
  return lines.reduce((sum, { mathematical, text }) => sum + mathematical * text.length, 0) / letters;
}

/** Share of the characters that belong to words, other than those that formulas use. */
function wordsIn(lines: readonly Line[]): number {
  const text = lines.map((line) => line.text).join(' ');
  const words = (text.match(WORD) ?? []).filter((word) => !FUNCTIONS.test(word));
  return words.join('').length / text.length;
}
