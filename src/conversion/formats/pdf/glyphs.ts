import type { PageFont } from './fonts.js';
import { applyTo, type Matrix } from './geometry.js';
import type { Glyph, Turn } from './model.js';
import type { GraphicsState, TextPosition } from './text-state.js';

/** A glyph as pdfjs puts it into an operator list. */
interface ShownGlyph {
  readonly unicode: string;
  readonly width: number;
  readonly isSpace: boolean;
  readonly vmetric?: readonly number[] | null;
}

/** A number between glyphs moves the pen back by thousandths of the font size. */
export type ShownText = readonly (ShownGlyph | number | null)[];

/** What the glyphs of one operator have in common. */
interface Run {
  readonly font: PageFont;
  readonly size: number;
  readonly toPage: Matrix;
  readonly turn: Turn;
  readonly artifact: boolean;
  readonly number: number;
}

type Point = readonly [x: number, y: number];

/** How far over the edge of the page a glyph may start and still count, in points. */
const EDGE = 2;

/** Collects the glyphs of a page, parted by the direction in which they run. */
export class GlyphCollector {
  readonly byTurn = new Map<Turn, Glyph[]>();
  /** How many were shown, on the page or beside it. */
  count = 0;

  private runs = 0;

  constructor(private readonly page: { readonly width: number; readonly height: number }) {}

  /** Places `text` at the pen and moves the pen past it. */
  show(text: ShownText, state: GraphicsState, pen: TextPosition, artifact: boolean): void {
    const { font, fontSize, horizontalScale, rise } = state;
    this.count += text.length;
    if (!font || fontSize === 0) return;
    const toPage = pen.toPage(state.ctm);
    const size = Math.abs(fontSize * font.emHeight) * Math.hypot(toPage[2], toPage[3]);
    // A column of vertical writing is read as one line that runs downwards.
    const run: Run = { font, size, toPage, turn: font.vertical ? 1 : turnOf(toPage), artifact, number: this.runs };
    this.runs += 1;
    const em = fontSize * font.unit;
    for (const glyph of text) {
      if (glyph === null) continue;
      if (typeof glyph === 'number') {
        const move = (-glyph * fontSize) / 1000;
        if (font.vertical) pen.y += move;
        else pen.x += move * horizontalScale;
        continue;
      }
      const from: Point = [pen.x, pen.y + rise];
      const spacing = state.charSpacing + (glyph.isSpace ? state.wordSpacing : 0);
      if (font.vertical) {
        pen.y += (glyph.vmetric?.[0] ?? font.verticalAdvance) * em - spacing;
        this.add(glyph.unicode, run, from, [pen.x, pen.y + rise]);
      } else {
        const width = glyph.width * em * horizontalScale;
        font.sawLetter(glyph.unicode, glyph.width);
        this.add(glyph.unicode, run, from, [pen.x + width, pen.y + rise]);
        pen.x += width + spacing * horizontalScale;
      }
    }
  }

  private add(text: string, run: Run, from: Point, to: Point): void {
    const { font, size, toPage, turn, artifact, number } = run;
    const start = applyTo(toPage, ...from);
    const end = applyTo(toPage, ...to);
    if (!Number.isFinite(start[0] + start[1] + end[0] + end[1] + size) || this.isOffPage(start)) return;
    const [first, baseline] = this.turned(turn, start);
    const [last] = this.turned(turn, end);
    const [x0, x1] = [Math.min(first, last), Math.max(first, last)];
    const glyph: Glyph = { text, x0, x1, baseline, size, font, artifact, run: number };
    const glyphs = this.byTurn.get(turn);
    if (glyphs) glyphs.push(glyph);
    else this.byTurn.set(turn, [glyph]);
  }

  private isOffPage([x, y]: Point): boolean {
    return x < -EDGE || y < -EDGE || x > this.page.width + EDGE || y > this.page.height + EDGE;
  }

  /** The point after the page is turned so that text of `turn` runs to the right. */
  private turned(turn: Turn, [x, y]: Point): Point {
    if (turn === 1) return [y, this.page.width - x];
    if (turn === 2) return [this.page.width - x, this.page.height - y];
    if (turn === 3) return [this.page.height - y, x];
    return [x, y];
  }
}

function turnOf([a, b]: Matrix): Turn {
  if (Math.abs(a) >= Math.abs(b)) return a >= 0 ? 0 : 2;
  return b > 0 ? 1 : 3;
}
