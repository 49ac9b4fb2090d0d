import type { Box } from './geometry.js';
import { buildLines } from './lines.js';
import type { Glyph, Line, Link, PageContent, PageItem, Picture, ReadPage, Ruling, Turn } from './model.js';
import { takeRuledTables } from './ruled-tables.js';

/** A picture that covers more of the page is its background, or a scan below its recognised text. */
const BACKGROUND = 0.8;

/** Parts the content of a page into lines, ruled tables and pictures, upright as most of its text runs. */
export function toReadPage(content: PageContent, links: readonly Link[]): ReadPage {
  const turn = mainTurn(content.glyphs);
  const upright = turnTo(turn, content);
  const lines = buildLines(content.glyphs.get(turn) ?? []);
  const { tables, rest } = takeRuledTables(lines, upright.rulings);
  const items: PageItem[] = [...rest, ...tables, ...picturesOf(upright, lines.length > 0)];
  const turned = [...content.glyphs].flatMap(([other, glyphs]) => (other === turn ? [] : buildLines(glyphs)));
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
  for (const [turn, list] of glyphs) if (list.length > (glyphs.get(main)?.length ?? 0)) main = turn;
  return main;
}

function picturesOf({ width, height, pictures }: TurnedPage, hasText: boolean): Picture[] {
  const area = ({ x0, y0, x1, y1 }: Box) => (x1 - x0) * (y1 - y0);
  return pictures
    .filter((box) => !hasText || area(box) < BACKGROUND * width * height)
    .map((box) => ({ kind: 'picture', box }));
}

interface TurnedPage {
  readonly width: number;
  readonly height: number;
  readonly rulings: readonly Ruling[];
  readonly pictures: readonly Box[];
}

function turnTo(turn: Turn, content: PageContent): TurnedPage {
  const { width, height, rulings, pictures } = content;
  if (turn === 0) return { width, height, rulings, pictures };
  const sideways = turn === 1 || turn === 3;
  return {
    width: sideways ? height : width,
    height: sideways ? width : height,
    rulings: rulings.map((ruling) => turnRuling(turn, ruling, content)),
    pictures: pictures.map((box) => turnBox(turn, box, content)),
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
