import { median, unionOf, type Box } from './geometry.js';
import { columnsOf, rowsOf } from './aligned-tables.js';
import type { Line, PageItem } from './model.js';

/** Narrowest gutter between columns, in ems of the page's text. */
const NARROWEST_GUTTER = 0.9;
/** A column of running text has at least so many lines, letters in a line, and lines that fill its width. */
const LEAST_LINES = 3;
const LEAST_LETTERS = 14;
/** Letters in the lines of one side that make up for short ones on the other, and how alike the widths are then. */
const MANY_LETTERS = 30;
const ALIKE = 0.75;
const FILLED = 0.55;
/** How finely places for a gutter are tried, in points. */
const STEP = 4;
/** How many gutters are looked at closely. */
const MOST_TRIED = 40;
/** A page with more items is no page of text: it is read from top to bottom. */
const MOST_ITEMS = 5_000;
/** Deepest nesting of columns within columns. */
const DEEPEST = 6;

/** A part of a page that is read from top to bottom. */
export type Column = readonly PageItem[];

interface Cut {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  /** Height of the lines on the emptier side. */
  readonly score: number;
  readonly gutter: number;
}

/**
 * Parts the items of a page into columns in the order in which they are read: what stands over a
 * set of columns, then each column of the set, then what stands below. `rightToLeft` reads the
 * columns of a set from the right. Items within a column are sorted from top to bottom.
 */
export function inColumns(items: readonly PageItem[], rightToLeft: boolean): Column[] {
  const em = median(items.flatMap((item) => (item.kind === 'line' ? [item.size] : []))) || 10;
  return split(items, em, rightToLeft, 0).filter((column) => column.length > 0);
}

function split(items: readonly PageItem[], em: number, rightToLeft: boolean, depth: number): Column[] {
  const cut = depth < DEEPEST ? bestCut(items, em) : undefined;
  if (!cut) return [[...items].sort((left, right) => left.box.y0 - right.box.y0 || left.box.x0 - right.box.x0)];
  const above = items.filter(({ box }) => middleOf(box) < cut.top);
  const below = items.filter(({ box }) => middleOf(box) >= cut.bottom);
  const between = items.filter(({ box }) => middleOf(box) >= cut.top && middleOf(box) < cut.bottom);
  const left = between.filter(({ box }) => box.x1 <= cut.x + 1);
  const right = between.filter(({ box }) => box.x1 > cut.x + 1);
  const sides = rightToLeft ? [right, left] : [left, right];
  return [above, ...sides, below].flatMap((part) => split(part, em, rightToLeft, depth + 1));
}

function middleOf(box: Box): number {
  return (box.y0 + box.y1) / 2;
}

/** The gutter with the most text beside it, if there is one between columns of running text. */
function bestCut(items: readonly PageItem[], em: number): Cut | undefined {
  if (items.length < 2 * LEAST_LINES || items.length > MOST_ITEMS) return undefined;
  const region = unionOf(items.map(({ box }) => box));
  const sorted = [...items].sort((left, right) => middleOf(left.box) - middleOf(right.box));
  // Neighbouring places in one gutter part the items in the same way.
  const distinct = new Map<string, Cut>();
  for (let x = region.x0 + 2 * em; x < region.x1 - 2 * em; x += STEP)
    for (const cut of cutsAt(x, sorted, em)) distinct.set(`${cut.top} ${cut.bottom} ${cut.score}`, cut);
  const cuts = [...distinct.values()];
  // By whole lines of text first, so that of gutters with about the same text the widest is taken.
  const rank = ({ score }: Cut) => Math.round(score / em);
  cuts.sort((one, other) => rank(other) - rank(one) || other.gutter - one.gutter);
  return cuts.slice(0, MOST_TRIED).find((cut) => partsRunningText(cut, items));
}

/** The stretches, between items that lie across `x`, in which both sides have text. */
function cutsAt(x: number, sorted: readonly PageItem[], em: number): Cut[] {
  const cuts: Cut[] = [];
  let [leftHeight, rightHeight, leftEdge, rightEdge] = [0, 0, -Infinity, Infinity];
  let top = -Infinity;
  const finish = (bottom: number) => {
    const score = Math.min(leftHeight, rightHeight);
    const gutter = rightEdge - leftEdge;
    if (score > 0 && gutter >= NARROWEST_GUTTER * em) cuts.push({ x, top, bottom, score, gutter });
    [leftHeight, rightHeight, leftEdge, rightEdge] = [0, 0, -Infinity, Infinity];
  };
  for (const { box } of sorted) {
    if (box.x0 < x && box.x1 > x) {
      finish(middleOf(box));
      top = middleOf(box) + 0.01;
    } else if (box.x1 <= x) {
      leftHeight += box.y1 - box.y0;
      leftEdge = Math.max(leftEdge, box.x1);
    } else {
      rightHeight += box.y1 - box.y0;
      rightEdge = Math.min(rightEdge, box.x0);
    }
  }
  finish(Infinity);
  return cuts;
}

/**
 * Columns of a table are parted by gutters too. Running text fills long lines on both sides; or on
 * one side, beside pictures, tables or listings in a column of about the same width, or beside
 * lines of another leading.
 */
function partsRunningText(cut: Cut, items: readonly PageItem[]): boolean {
  const between = items.filter(({ box }) => middleOf(box) >= cut.top && middleOf(box) < cut.bottom);
  const left = between.filter(({ box }) => box.x1 <= cut.x + 1);
  const right = between.filter(({ box }) => box.x1 > cut.x + 1);
  if (isRunningText(left, LEAST_LETTERS) && isRunningText(right, LEAST_LETTERS)) return true;
  if (!isRunningText(left, MANY_LETTERS) && !isRunningText(right, MANY_LETTERS)) return false;
  const ratio = widthOf(left) / widthOf(right);
  return (ratio > ALIKE && ratio < 1 / ALIKE) || !shareBaselines(left, right);
}

/** Whether the lines of the side with fewer of them mostly stand beside lines of the other, as in a table. */
function shareBaselines(left: readonly PageItem[], right: readonly PageItem[]): boolean {
  const baselines = (side: readonly PageItem[]) =>
    side.flatMap((item) => (item.kind === 'line' ? [item.baseline] : []));
  const [fewer, more] = [baselines(left), baselines(right)].sort((one, other) => one.length - other.length);
  if (!fewer || !more || fewer.length < LEAST_LINES) return true;
  const shared = fewer.filter((baseline) => more.some((other) => Math.abs(other - baseline) < 1)).length;
  return shared > fewer.length / 2;
}

function isRunningText(items: readonly PageItem[], leastLetters: number): boolean {
  const lines = items.flatMap((item) => (item.kind === 'line' ? [item] : []));
  if (lines.length < LEAST_LINES) return false;
  const width = widthOf(lines);
  const whole = wholeLines(lines);
  const full = whole.filter(({ box }) => box.x1 - box.x0 >= FILLED * width).length;
  const letters = median(whole.map((line) => line.letters));
  return letters >= leastLetters && full >= 0.4 * whole.length;
}

/** Lines that wide gaps part, as justified ones in narrow columns, put together, unless the gaps are those of a table. */
function wholeLines(lines: readonly Line[]): { box: Box; letters: number }[] {
  const rows = rowsOf(lines);
  const isTabular = columnsOf(rows, 0).length > 1;
  const parts = isTabular ? lines.map((line) => [line]) : rows;
  return parts.map((row) => ({
    box: unionOf(row.map(({ box }) => box)),
    letters: row.reduce((sum, { text }) => sum + text.length, 0),
  }));
}

function widthOf(items: readonly PageItem[]): number {
  const { x0, x1 } = unionOf(items.map(({ box }) => box));
  return x1 - x0;
}
