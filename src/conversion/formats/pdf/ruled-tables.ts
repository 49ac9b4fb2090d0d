import type { Box } from './geometry.js';
import { isInside, regionsBetweenRules, tableBetweenRules } from './line-ruled-tables.js';
import type { Line, Ruling, Table, TableCellText, Word } from './model.js';

/** How far lines may miss each other and still meet, in points. */
const TOUCH = 3;
/** Rulings closer than this are one, in points. */
const SAME = 4;
const MOST_CELLS = 10_000;
/** With more words in a cell, on average, the rulings frame running text. */
const MOST_WORDS = 60;
/** With fewer of its cells filled, the grid belongs to a chart. */
const LEAST_FILLED = 0.3;

/** A drawn table of few rows may have others between its rules, if its cells then are mostly filled and short. */
const MOST_COARSE_ROWS = 4;
const FINE_FILLED = 0.75;
const FINE_LETTERS = 25;

interface Grid {
  /** Where the columns and rows part, ascending. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly rulings: readonly Ruling[];
}

interface TableText {
  readonly words: Word[];
  readonly line: Line;
}

/**
 * The tables whose cells are drawn, with the lines that are left beside them. A cell that its
 * neighbour is not parted from by a ruling spans the place of that neighbour.
 */
export function takeRuledTables(lines: readonly Line[], rulings: readonly Ruling[]): { tables: Table[]; rest: Line[] } {
  let rest = [...lines];
  const tables: Table[] = [];
  for (const grid of gridsOf(rulings)) {
    const box = boxOf(grid);
    const inside = rest.filter((line) => isInside(line, box));
    const table = inside.length > 1 ? toTable(grid, box, inside) : undefined;
    if (table) take(finer(table, box, inside), inside);
  }
  for (const box of regionsBetweenRules(mergeCollinear(rulings, true), rest)) {
    const inside = rest.filter((line) => isInside(line, box));
    const table = tableBetweenRules(box, inside);
    if (table) take(table, inside);
  }
  return { tables, rest };

  function take(table: Table, inside: readonly Line[]): void {
    const taken = new Set(inside);
    tables.push(table);
    rest = rest.filter((line) => !taken.has(line));
  }
}

/** Where only some of the cells are drawn, the table as its text is aligned. */
function finer(table: Table, box: Box, lines: readonly Line[]): Table {
  if (table.rows.length > MOST_COARSE_ROWS) return table;
  const aligned = tableBetweenRules(box, lines);
  if (!aligned || aligned.rows.length <= table.rows.length) return table;
  const texts = aligned.rows.flat().map(({ text }) => text);
  const isFilled = texts.filter((text) => text !== '').length >= FINE_FILLED * texts.length;
  const isShort = texts.join('').length <= FINE_LETTERS * texts.length;
  return isFilled && isShort && widthOf(aligned) >= widthOf(table) ? aligned : table;
}

function widthOf({ rows }: Table): number {
  return Math.max(...rows.map((row) => row.reduce((sum, { colSpan }) => sum + colSpan, 0)));
}

function boxOf({ xs, ys }: Grid): Box {
  return { x0: xs[0] ?? 0, y0: ys[0] ?? 0, x1: xs.at(-1) ?? 0, y1: ys.at(-1) ?? 0 };
}

/** Grids of at least two by two cells, from rulings that meet. */
function gridsOf(rulings: readonly Ruling[]): Grid[] {
  const merged = [...mergeCollinear(rulings, true), ...mergeCollinear(rulings, false)];
  return componentsOf(merged).flatMap((component) => {
    const across = component.filter(({ horizontal }) => horizontal);
    const upright = component.filter(({ horizontal }) => !horizontal);
    if (across.length < 2 || upright.length === 0) return [];
    const ends = across.flatMap(({ from, to }) => [from, to]);
    const tops = upright.flatMap(({ from, to }) => [from, to]);
    const xs = distinct([...upright.map(({ at }) => at), Math.min(...ends), Math.max(...ends)]);
    const ys = distinct([...across.map(({ at }) => at), Math.min(...tops), Math.max(...tops)]);
    const usable = xs.length > 2 && ys.length > 2 && (xs.length - 1) * (ys.length - 1) <= MOST_CELLS;
    return usable ? [{ xs, ys, rulings: component }] : [];
  });
}

/** Rulings on one line that overlap or touch become one. */
function mergeCollinear(rulings: readonly Ruling[], horizontal: boolean): Ruling[] {
  const sorted = rulings
    .filter((ruling) => ruling.horizontal === horizontal)
    .sort((left, right) => (Math.abs(left.at - right.at) > 1 ? left.at - right.at : left.from - right.from));
  const merged: Ruling[] = [];
  for (const ruling of sorted) {
    const last = merged.at(-1);
    if (last && Math.abs(last.at - ruling.at) <= 1 && ruling.from <= last.to + TOUCH)
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, ruling.to) };
    else merged.push(ruling);
  }
  return merged;
}

/** Groups of rulings that cross or touch one another, directly or through others. */
function componentsOf(rulings: readonly Ruling[]): Ruling[][] {
  const across = rulings.filter(({ horizontal }) => horizontal);
  const upright = rulings.filter(({ horizontal }) => !horizontal);
  const open = new Set(rulings);
  const components: Ruling[][] = [];
  for (const start of across) {
    if (!open.delete(start)) continue;
    const component = [start];
    for (const ruling of component) {
      for (const other of ruling.horizontal ? upright : across) {
        if (open.has(other) && meet(ruling, other)) {
          open.delete(other);
          component.push(other);
        }
      }
    }
    components.push(component);
  }
  return components;
}

function meet(one: Ruling, other: Ruling): boolean {
  return covers(one, other.at) && covers(other, one.at);
}

function covers({ from, to }: Ruling, at: number): boolean {
  return at >= from - TOUCH && at <= to + TOUCH;
}

function distinct(positions: readonly number[]): number[] {
  const result: number[] = [];
  for (const position of [...positions].sort((left, right) => left - right)) {
    if (position - (result.at(-1) ?? -Infinity) > SAME) result.push(position);
  }
  return result;
}

function toTable(grid: Grid, box: Box, lines: readonly Line[]): Table | undefined {
  const columns = grid.xs.length - 1;
  const rows = grid.ys.length - 1;
  const owners = ownersOf(grid, columns, rows);
  const texts = textsOf(grid, columns, owners, lines);
  const lastOf = new Map(owners.map((owner, place) => [owner, place]));
  const words = lines.reduce((sum, line) => sum + line.words.length, 0);
  if (texts.size < 2 || texts.size < LEAST_FILLED * lastOf.size || words > MOST_WORDS * texts.size) return undefined;
  const table: TableCellText[][] = [];
  for (let row = 0; row < rows; row += 1) {
    const cells: TableCellText[] = [];
    for (let column = 0; column < columns; column += 1) {
      const place = row * columns + column;
      if (owners[place] !== place) continue;
      const last = lastOf.get(place) ?? place;
      cells.push({
        text: (texts.get(place) ?? []).map(({ words }) => words.map(({ text }) => text).join(' ')).join(' '),
        rowSpan: Math.floor(last / columns) - row + 1,
        colSpan: (last % columns) - column + 1,
      });
    }
    table.push(cells);
  }
  return { kind: 'table', box, rows: table.filter((cells) => cells.length > 0) };
}

/** For each place of the grid, the place at the upper left of the cell that covers it. */
function ownersOf({ xs, ys, rulings }: Grid, columns: number, rows: number): number[] {
  const middle = (edges: readonly number[], index: number) => ((edges[index] ?? 0) + (edges[index + 1] ?? 0)) / 2;
  const isParted = (horizontal: boolean, edge: number, at: number) =>
    rulings.some(
      (ruling) =>
        ruling.horizontal === horizontal && Math.abs(ruling.at - edge) <= SAME && at >= ruling.from && at <= ruling.to,
    );
  const owners: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const place = row * columns + column;
      const left = owners[place - 1] ?? place;
      const above = owners[place - columns] ?? place;
      const openLeft = column > 0 && !isParted(false, xs[column] ?? 0, middle(ys, row));
      const openAbove = row > 0 && !isParted(true, ys[row] ?? 0, middle(xs, column));
      // A cell spans a rectangle: a place joins its left neighbour only within that neighbour's columns.
      if (openLeft && Math.floor(left / columns) === row) owners.push(left);
      else if (openAbove && above % columns === column) owners.push(above);
      else if (openAbove && openLeft && above === left) owners.push(above);
      else owners.push(place);
    }
  }
  return owners;
}

function textsOf(
  { xs, ys }: Grid,
  columns: number,
  owners: readonly number[],
  lines: readonly Line[],
): Map<number, TableText[]> {
  const texts = new Map<number, TableText[]>();
  const slot = (edges: readonly number[], at: number) =>
    Math.max(
      0,
      Math.min(
        edges.length - 2,
        edges.findLastIndex((edge) => edge <= at),
      ),
    );
  for (const line of lines) {
    const row = slot(ys, (line.box.y0 + line.box.y1) / 2);
    for (const word of line.words) {
      const place = row * columns + slot(xs, (word.x0 + word.x1) / 2);
      const cell = owners[place] ?? place;
      const pieces = texts.get(cell) ?? [];
      const last = pieces.at(-1);
      if (last?.line === line) last.words.push(word);
      else pieces.push({ line, words: [word] });
      texts.set(cell, pieces);
    }
  }
  return texts;
}
