import { withDrawnBullets } from './drawn-bullets.js';
import { takeFigures } from './figures.js';
import { contains, grown, type Box } from './geometry.js';
import { buildLines } from './lines.js';
import type { Drawing, Glyph, Line, Link, PageContent, PageItem, ReadPage, Ruling, Turn } from './model.js';
import { takeRuledTables } from './ruled-tables.js';

/** How far from a figure turned text can stand and still be the title of its axis, in points. */
const AXIS_TITLE = 14;
/** How many times more text has to be turned than upright for the page to be turned. */
const CLEARLY = 2;

/** Parts the content of a page into lines, ruled tables and pictures, upright as most of its text runs. */
export function toReadPage(content: PageContent, links: readonly Link[]): ReadPage {
  const turn = mainTurn(content.glyphs);
  const upright = turnTo(turn, content);
  const lines = withDrawnBullets(buildLines(content.glyphs.get(turn) ?? []), upright.marks);
  const { figures, rest: text } = takeFigures(lines, upright.drawings, upright);
  const boxes = figures.map(({ box }) => box);
  const { tables, rest } = takeRuledTables(text, rulingsBeside(boxes, upright.rulings));
  const around = boxes.map((box) => grown(box, AXIS_TITLE));
  const items: PageItem[] = [...rest, ...tables, ...figures];
  const turned = [...content.glyphs].flatMap(([other, glyphs]) =>
    other === turn ? [] : buildLines(glyphs.filter((glyph) => !isWithin(around, placeOf(glyph, other, turn, content)))),
  );
  return {
    width: upright.width,
    height: upright.height,
    items: items.map((item) => (item.kind === 'line' ? lightened(item) : item)),
    turned: turned.map(lightened),
    links: links.map((link) => ({ ...link, box: turnBox(turn, link.box, content) })),
  };
}

/** All pages are held until the running heads are known: the places of most words need not be. */
function lightened(line: Line): Line {
  return { ...line, words: line.words.slice(0, 2) };
}

function mainTurn(glyphs: ReadonlyMap<Turn, readonly Glyph[]>): Turn {
  let main: Turn = 0;
  for (const [turn, list] of glyphs) {
    const upright = turn === 0 || main !== 0 ? 1 : CLEARLY;
    if (list.length > upright * (glyphs.get(main)?.length ?? 0)) main = turn;
  }
  return main;
}

function rulingsBeside(boxes: readonly Box[], rulings: readonly Ruling[]): readonly Ruling[] {
  if (boxes.length === 0) return rulings;
  return rulings.filter(({ horizontal, at, from, to }) => {
    const middle = (from + to) / 2;
    return !isWithin(boxes, horizontal ? [middle, at] : [at, middle]);
  });
}

function isWithin(boxes: readonly Box[], [x, y]: readonly [number, number]): boolean {
  return boxes.some((box) => contains(box, x, y));
}

/** Where a glyph of turned text stands on the page as it is read. */
function placeOf({ x0, x1, baseline }: Glyph, own: Turn, main: Turn, content: PageContent): [number, number] {
  const middle = (x0 + x1) / 2;
  const [x, y] = untwist(own, middle, baseline, content);
  const { x0: left, y0: top } = turnBox(main, { x0: x, x1: x, y0: y, y1: y }, content);
  return [left, top];
}

/** The point of the unturned page that became (x, y) when the page was turned so that text of `turn` runs to the right. */
function untwist(turn: Turn, x: number, y: number, { width, height }: PageContent): [number, number] {
  if (turn === 1) return [width - y, x];
  if (turn === 2) return [width - x, height - y];
  if (turn === 3) return [y, height - x];
  return [x, y];
}

interface TurnedPage {
  readonly width: number;
  readonly height: number;
  readonly rulings: readonly Ruling[];
  readonly drawings: readonly Drawing[];
  readonly marks: readonly Box[];
}

function turnTo(turn: Turn, content: PageContent): TurnedPage {
  const { width, height, rulings, drawings, marks } = content;
  if (turn === 0) return { width, height, rulings, drawings, marks };
  const sideways = turn === 1 || turn === 3;
  return {
    width: sideways ? height : width,
    height: sideways ? width : height,
    rulings: rulings.map((ruling) => turnRuling(turn, ruling, content)),
    drawings: drawings.map((drawing) => ({ ...drawing, box: turnBox(turn, drawing.box, content) })),
    marks: marks.map((box) => turnBox(turn, box, content)),
  };
}

function turnRuling(turn: Turn, { horizontal, at, from, to }: Ruling, page: PageContent): Ruling {
  const box = turnBox(
    turn,
    horizontal ? { x0: from, x1: to, y0: at, y1: at } : { x0: at, x1: at, y0: from, y1: to },
    page,
  );
  return box.x1 - box.x0 > box.y1 - box.y0
    ? { horizontal: true, at: box.y0, from: box.x0, to: box.x1 }
    : { horizontal: false, at: box.x0, from: box.y0, to: box.y1 };
}

function turnBox(turn: Turn, { x0, y0, x1, y1 }: Box, { width, height }: PageContent): Box {
  if (turn === 1) return { x0: y0, x1: y1, y0: width - x1, y1: width - x0 };
  if (turn === 2) return { x0: width - x1, x1: width - x0, y0: height - y1, y1: height - y0 };
  if (turn === 3) return { x0: height - y1, x1: height - y0, y0: x0, y1: x1 };
  return { x0, y0, x1, y1 };
}
