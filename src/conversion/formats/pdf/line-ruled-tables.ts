import { rowsOf, tableOfRows, type Row } from './aligned-tables.js';
import { contains, type Box } from './geometry.js';
import type { Line, Ruling, Table, Word } from './model.js';

/** How far the ends of the rules of one table may differ, and text stand out of them, in points. */
const SAME_END = 4;
const OVERHANG = 3;
const SHORTEST = 40;
/** A gap between words that parts cells, in ems. */
const CELL_GAP = 0.5;
/** Share of the rows between two rules that have to show several cells. */
const TABULAR = 0.5;
/** Letters of a row that shows one cell only and is running text, and the share of such rows in a table. */
const RUNNING = 60;
const MOST_RUNNING = 0.2;
/** How near a row without a rule of its own has to be, against the height of the others. */
const OPEN_ROW = 1.1;
const MOST_OPEN_LINES = 3;
const LONGEST_WORD = 20;
/** Longest cell, in letters, on average, where rules say that there is a table. */
const LONGEST_CELL = 90;

/** Places of tables whose head and body are set between horizontal rules alone, as books and papers have them. */
export function regionsBetweenRules(rulings: readonly Ruling[], lines: readonly Line[]): Box[] {
  const regions: Box[] = [];
  for (const rules of rulesOfOneWidth(rulings)) {
    let top: Ruling | undefined;
    let count = 0;
    rules.forEach((rule, index) => {
      const above = rules[index - 1];
      if (above && isTabular(boxBetween(above, rule), lines)) {
        top ??= above;
        count += 1;
      } else if (above) finish(above);
    });
    const last = rules.at(-1);
    if (last) finish(last);
    function finish(bottom: Ruling): void {
      if (top && count > 0) regions.push(withOpenRows(boxBetween(top, bottom), count, lines));
      top = undefined;
      count = 0;
    }
  }
  return regions;
}

/**
 * The region with the row above its first rule and the one below its last, where these are rules
 * between the rows and not around them.
 */
function withOpenRows(box: Box, count: number, lines: readonly Line[]): Box {
  const pitch = (box.y1 - box.y0) / count;
  const above = { ...box, y0: box.y0 - OPEN_ROW * pitch, y1: box.y0 };
  const below = { ...box, y0: box.y1, y1: box.y1 + OPEN_ROW * pitch };
  const isOpen = (region: Box) => {
    const rows = rowsOf(lines.filter((line) => isInside(line, region)).flatMap(phrasesOf));
    const isShort = rows.every((row) => isSeveral(row) || row.every(({ text }) => text.length < LONGEST_WORD));
    return count > 1 && rows.length <= MOST_OPEN_LINES && isShort && isTabular(region, lines);
  };
  return { ...box, y0: isOpen(above) ? above.y0 : box.y0, y1: isOpen(below) ? below.y1 : box.y1 };
}

/** The table that the lines within `box` make up, its columns found by the gaps that all rows share. */
export function tableBetweenRules(box: Box, lines: readonly Line[]): Table | undefined {
  const rows = rowsOf(lines.flatMap(phrasesOf));
  const table = tableOfRows(rows, { longestCell: LONGEST_CELL, leastGap: CELL_GAP, leastRows: 1 });
  return table && { ...table, box };
}

/** Horizontal rules with the same ends, from top to bottom. */
function rulesOfOneWidth(rulings: readonly Ruling[]): Ruling[][] {
  const groups: Ruling[][] = [];
  const across = rulings.filter(({ horizontal, from, to }) => horizontal && to - from >= SHORTEST);
  for (const rule of across.sort((one, other) => one.at - other.at)) {
    const group = groups.find(
      ([first]) => first && Math.abs(first.from - rule.from) < SAME_END && Math.abs(first.to - rule.to) < SAME_END,
    );
    if (group) group.push(rule);
    else groups.push([rule]);
  }
  return groups.filter((group) => group.length > 1);
}

function boxBetween(above: Ruling, below: Ruling): Box {
  return { x0: above.from - OVERHANG, x1: above.to + OVERHANG, y0: above.at, y1: below.at };
}

function isTabular(box: Box, lines: readonly Line[]): boolean {
  const inside = lines.filter((line) => isInside(line, box));
  if (inside.some((line) => line.box.x0 < box.x0 || line.box.x1 > box.x1)) return false;
  const rows = rowsOf(inside.flatMap(phrasesOf));
  const runningText = rows.filter(([first, ...others]) => others.length === 0 && (first?.text.length ?? 0) > RUNNING);
  if (runningText.length > MOST_RUNNING * rows.length) return false;
  return rows.length > 0 && rows.filter(isSeveral).length >= TABULAR * rows.length;
}

function isSeveral(row: Row): boolean {
  return row.length > 1;
}

export function isInside({ box }: Line, region: Box): boolean {
  return contains(region, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2);
}

/** The parts of a line between gaps that are wider than those between words. */
function phrasesOf(line: Line): Line[] {
  const words = [...line.words].sort((one, other) => one.x0 - other.x0);
  const phrases: Word[][] = [];
  for (const word of words) {
    const last = phrases.at(-1);
    const right = last?.at(-1)?.x1 ?? -Infinity;
    if (last && word.x0 - right < CELL_GAP * line.size) last.push(word);
    else phrases.push([word]);
  }
  if (phrases.length < 2) return [line];
  return phrases.map((phrase) => {
    const inOrder = line.words.filter((word) => phrase.includes(word));
    const [x0, x1] = [phrase[0]?.x0 ?? 0, phrase.at(-1)?.x1 ?? 0];
    return { ...line, words: inOrder, text: inOrder.map(({ text }) => text).join(' '), box: { ...line.box, x0, x1 } };
  });
}
