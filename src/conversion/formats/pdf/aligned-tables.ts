import { median, unionOf } from './geometry.js';
import { listMarkerOf } from './list-markers.js';
import type { Line, Table, TableCellText } from './model.js';

/** Share of the rows in which a place between columns may be crossed (by a heading that spans them). */
const CROSSED = 0.15;
/** Longest cell of a table, in letters, on average. */
const LONGEST_CELL = 45;
/** Least share of the cells that hold text. */
const LEAST_FILLED = 0.45;
/** With more rows that start with a list marker, it is a list. */
const LISTED = 0.6;
/** Rows of one segment only that may stand between rows of several. */
const MOST_SINGLES = 1;
/** A row farther below the last than so many ems starts something else. */
const WIDEST_GAP = 3.2;

/** With more rows whose words are parted at the end, it is text beside other text. */
const MOST_HYPHENATED = 0.15;
const NUMBER = /^[$\u20AC\u00A3]?[\d.,]+%?$/;
const HYPHENATED = /\p{Ll}[-\u2010]$/u;

/** A column with more rows or parts of rows holds no table that a page could show. */
const MOST_ROWS = 1_000;
const MOST_SEGMENTS = 5_000;
/** Between fewer rows than these, the gaps have to be wider than those of justified lines, in ems. */
const MANY_ROWS = 4;
const NARROWEST_GAP = 1;
/** How far from each other, in points, edges may be and still be aligned, and the share of a column's that have to be. */
const ALIGNED = 2;
const MOSTLY_ALIGNED = 0.6;

/** Segments on one baseline, from left to right. */
export type Row = readonly Line[];

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Segments that share a baseline, as rows from top to bottom. */
export function rowsOf(segments: readonly Line[]): Row[] {
  const sorted = [...segments].sort((left, right) => left.baseline - right.baseline);
  const rows: Line[][] = [];
  for (const segment of sorted) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && segment.baseline - first.baseline <= 0.35 * Math.min(first.size, segment.size))
      row.push(segment);
    else rows.push([segment]);
  }
  for (const row of rows) row.sort((left, right) => left.box.x0 - right.box.x0);
  return rows;
}

/** The rows of a column, with those that make up a table replaced by it. */
export function withAlignedTables(rows: readonly Row[]): (Row | Table)[] {
  if (rows.length > MOST_ROWS || rows.reduce((sum, row) => sum + row.length, 0) > MOST_SEGMENTS) return [...rows];
  const result: (Row | Table)[] = [];
  for (let index = 0; index < rows.length;) {
    const end = endOfCandidate(rows, index);
    const table = end - index >= 2 ? toTable(rows.slice(index, end)) : undefined;
    const row = rows[index];
    if (table) result.push(table);
    else if (row) result.push(row);
    index = table ? end : index + 1;
  }
  return result;
}

/** Where rows of several segments, with few others between, end. */
function endOfCandidate(rows: readonly Row[], start: number): number {
  let end = start;
  let singles = 0;
  for (let index = start; index < rows.length; index += 1) {
    const row = rows[index] ?? [];
    if (index > start && gapBetween(rows[index - 1], row) > WIDEST_GAP) break;
    if (isListing(row)) break;
    if (row.length > 1) {
      end = index + 1;
      singles = 0;
    } else {
      singles += 1;
      if (index === start || singles > MOST_SINGLES) break;
    }
  }
  return end;
}

/** A line of code, perhaps with its number in other type beside it. */
function isListing(row: Row): boolean {
  const letters = (lines: Row) => lines.reduce((sum, { text }) => sum + text.length, 0);
  return letters(row.filter(({ monospaced }) => monospaced)) > 0.7 * letters(row);
}

/** Distance of the baselines in ems. */
function gapBetween(above: Row | undefined, below: Row): number {
  const [first] = above ?? [];
  const [second] = below;
  return first && second ? (second.baseline - first.baseline) / Math.max(first.size, second.size) : 0;
}

function toTable(rows: readonly Row[]): Table | undefined {
  const several = rows.filter((row) => row.length > 1);
  const columns = columnsOf(rows, 0);
  if (rows.length < MANY_ROWS && gapWithin(several) < NARROWEST_GAP) return undefined;
  if (!areAligned(several, columns)) return undefined;
  const leastRows = columns.length > 2 ? 2 : 3;
  return tableOfRows(rows, { longestCell: LONGEST_CELL, leastGap: 0, leastRows });
}

/** What rows have to be like to make up a table. */
export interface TableMeasure {
  /** In letters, on average. */
  readonly longestCell: number;
  /** Narrowest gap between columns, in ems. */
  readonly leastGap: number;
  /** Fewest rows with several cells. */
  readonly leastRows: number;
}

/** The table that `rows` make up, if they do. */
export function tableOfRows(rows: readonly Row[], measure: TableMeasure): Table | undefined {
  const segments = rows.flat();
  const columns = columnsOf(rows, measure.leastGap * median(segments.map(({ size }) => size)));
  const several = rows.filter((row) => row.length > 1);
  if (columns.length < 2 || several.length < measure.leastRows) return undefined;
  const marked = several.filter(([first]) => first !== undefined && listMarkerOf(first.text)?.rest === '').length;
  const letters = segments.reduce((sum, { text }) => sum + text.length, 0) / segments.length;
  if (marked > LISTED * several.length || letters > measure.longestCell) return undefined;
  if (segments.filter(({ text }) => HYPHENATED.test(text)).length > MOST_HYPHENATED * rows.length) return undefined;
  const cells = foldContinuations(rows, columns).map((row) => cellsOf(row, columns));
  const filled = cells.flat().reduce((sum, { text, colSpan }) => sum + (text === '' ? 0 : colSpan), 0);
  if (cells.length < 2 || filled < LEAST_FILLED * cells.length * columns.length) return undefined;
  return { kind: 'table', box: unionOf(segments.map(({ box }) => box)), rows: cells };
}

/**
 * Whether the cells of most columns start, end or are centred at one place. Of the outermost
 * columns the outer edges do not count: all lines of a justified text share them.
 */
function areAligned(rows: readonly Row[], columns: readonly Span[]): boolean {
  const aligned = columns.filter((column, index) => {
    const cells = rows.flatMap((row) => row.filter((segment) => overlapsColumn(segment, column))).map(({ box }) => box);
    const edges = [cells.map(({ x0, x1 }) => (x0 + x1) / 2)];
    if (index > 0) edges.push(cells.map(({ x0 }) => x0));
    if (index < columns.length - 1) edges.push(cells.map(({ x1 }) => x1));
    return edges.some((places) => {
      const usual = median(places);
      return places.filter((place) => Math.abs(place - usual) <= ALIGNED).length >= MOSTLY_ALIGNED * places.length;
    });
  });
  return aligned.length >= columns.length / 2;
}

/** The usual gap between the segments of a row, in ems. */
function gapWithin(rows: readonly Row[]): number {
  const gaps = rows.flatMap((row) =>
    row.slice(1).map((segment, index) => (segment.box.x0 - (row[index]?.box.x1 ?? 0)) / segment.size),
  );
  return median(gaps);
}

/** The stretches of x that segments fill, parted where (nearly) no row has any text over at least `leastGap` points. */
export function columnsOf(rows: readonly Row[], leastGap: number): Span[] {
  const edges = rows
    .flat()
    .flatMap(({ box }) => [
      { at: box.x0, change: 1 },
      { at: box.x1, change: -1 },
    ])
    .sort((left, right) => left.at - right.at || right.change - left.change);
  const allowed = Math.floor(CROSSED * rows.length);
  const columns: Span[] = [];
  let depth = 0;
  let from: number | undefined;
  for (const { at, change } of edges) {
    depth += change;
    if (from === undefined && depth > allowed) from = at;
    else if (from !== undefined && depth <= allowed) {
      const last = columns.at(-1);
      if (last && from - last.to < leastGap) columns[columns.length - 1] = { from: last.from, to: at };
      else columns.push({ from, to: at });
      from = undefined;
    }
  }
  return columns;
}

/** Rows that only go on with some of the cells of the row above, without the space between rows, are put to it. */
function foldContinuations(rows: readonly Row[], columns: readonly Span[]): Line[][] {
  const gaps = rows.slice(1).map((row, index) => gapBetween(rows[index], row));
  const widest = Math.max(...gaps);
  const folded: Line[][] = [];
  rows.forEach((row, index) => {
    const above = folded.at(-1);
    const startsLater = !row.some((segment) => overlapsColumn(segment, columns[0]));
    const goesOn = startsLater || (above !== undefined && filledBy(row, columns) < filledBy(above, columns));
    const isTight = (gaps[index - 1] ?? Infinity) < 0.8 * widest;
    if (above && goesOn && isTight && !hasNumbersBelow(above, row, columns)) above.push(...row);
    else folded.push([...row]);
  });
  return folded;
}

/** Whether a column has a number in both rows: numbers do not run over lines. */
function hasNumbersBelow(above: Row, row: Row, columns: readonly Span[]): boolean {
  const isNumber = ({ text }: Line) => NUMBER.test(text);
  return columns.some((column) =>
    [above, row].every((each) => each.some((segment) => isNumber(segment) && overlapsColumn(segment, column))),
  );
}

function filledBy(row: Row, columns: readonly Span[]): number {
  return columns.filter((column) => row.some((segment) => overlapsColumn(segment, column))).length;
}

function overlapsColumn({ box }: Line, column: Span | undefined): boolean {
  return column !== undefined && box.x0 < column.to && box.x1 > column.from;
}

function cellsOf(row: readonly Line[], columns: readonly Span[]): TableCellText[] {
  const texts = new Map<number, { text: string; last: number }>();
  for (const segment of row) {
    const covered = columns.flatMap((column, index) => (overlapsColumn(segment, column) ? [index] : []));
    const first = covered[0] ?? nearest(segment, columns);
    const cell = texts.get(first);
    const last = Math.max(cell?.last ?? first, covered.at(-1) ?? first);
    texts.set(first, { text: cell ? `${cell.text} ${segment.text}` : segment.text, last });
  }
  const cells: TableCellText[] = [];
  for (let column = 0; column < columns.length; column += 1) {
    const cell = texts.get(column);
    let last = cell?.last ?? column;
    for (let next = column + 1; next <= last; next += 1) if (texts.has(next)) last = next - 1;
    cells.push({ text: cell?.text ?? '', rowSpan: 1, colSpan: last - column + 1 });
    column = last;
  }
  return cells;
}

function nearest({ box }: Line, columns: readonly Span[]): number {
  const middle = (box.x0 + box.x1) / 2;
  const distances = columns.map(({ from, to }) => Math.abs((from + to) / 2 - middle));
  return Math.max(0, distances.indexOf(Math.min(...distances)));
}
