import { IDENTITY, multiply, type Matrix } from './geometry.js';
import type { PageFont } from './fonts.js';

/** The graphics state that `q` saves and `Q` brings back, as far as text and lines need it (PDF 32000-1, 8.4 and 9.3). */
export interface GraphicsState {
  ctm: Matrix;
  font: PageFont | undefined;
  fontSize: number;
  charSpacing: number;
  wordSpacing: number;
  horizontalScale: number;
  leading: number;
  rise: number;
}

export function initialState(ctm: Matrix): GraphicsState {
  return {
    ctm,
    font: undefined,
    fontSize: 0,
    charSpacing: 0,
    wordSpacing: 0,
    horizontalScale: 1,
    leading: 0,
    rise: 0,
  };
}

/** Where the next glyph goes: the text matrix and the pen in its space (PDF 32000-1, 9.4). */
export class TextPosition {
  matrix: Matrix = IDENTITY;
  x = 0;
  y = 0;
  private lineX = 0;
  private lineY = 0;

  setMatrix(matrix: Matrix): void {
    this.matrix = matrix;
    this.x = this.y = this.lineX = this.lineY = 0;
  }

  moveLine(dx: number, dy: number): void {
    this.lineX += dx;
    this.lineY += dy;
    this.x = this.lineX;
    this.y = this.lineY;
  }

  /** From text space at the start of the line to the page. */
  toPage(ctm: Matrix): Matrix {
    return multiply(ctm, this.matrix);
  }
}
