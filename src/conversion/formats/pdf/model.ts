import type { Box } from './geometry.js';

/** What the layout asks of a font. */
export interface FontStyle {
  readonly bold: boolean;
  readonly italic: boolean;
  /** All Latin letters that were shown are equally wide. */
  readonly monospaced: () => boolean;
  /** Holds the letters and signs of formulas. */
  readonly mathematical: boolean;
}

/** One character code as shown on the page, turned so that its text runs from left to right. */
export interface Glyph {
  /** Its Unicode text, in logical order; more than one character for a ligature. */
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
  readonly baseline: number;
  /** Height of the em in points. */
  readonly size: number;
  readonly font: FontStyle;
  /** Marked by the producer as no part of the text: a running head, a page number. */
  readonly artifact: boolean;
  /** Number of the operator that shows it. */
  readonly run: number;
}

/** A quarter turn clockwise, counted: 0 reads to the right, 1 downwards, 2 to the left, 3 upwards. */
export type Turn = 0 | 1 | 2 | 3;

/** A straight line along an axis, drawn as a stroke or as a thin filled rectangle. */
export interface Ruling {
  readonly horizontal: boolean;
  /** y of a horizontal line, x of a vertical one. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Link {
  readonly box: Box;
  readonly url: string;
}

/** What one page shows, before any of it is understood. */
export interface PageContent {
  readonly width: number;
  readonly height: number;
  readonly glyphs: ReadonlyMap<Turn, readonly Glyph[]>;
  readonly rulings: readonly Ruling[];
  readonly drawings: readonly Drawing[];
  /** Small marks as wide as they are high, which may be the bullets of lists. */
  readonly marks: readonly Box[];
}

/** Paths and images that are painted near each other. */
export interface Drawing {
  readonly box: Box;
  /** How many lines and curves it has. */
  readonly pieces: number;
  /** How many of them are curved or run aslant. */
  readonly bends: number;
  /** The box around its images, if it has any. */
  readonly images: Box | undefined;
}

export interface Word {
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
}

/** Text on one baseline without a gap wider than about a letter; after the columns are known, a whole line. */
export interface Line {
  readonly kind: 'line';
  readonly box: Box;
  readonly baseline: number;
  readonly size: number;
  /** In logical order. */
  readonly words: readonly Word[];
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly monospaced: boolean;
  readonly rightToLeft: boolean;
  readonly artifact: boolean;
  /** Share of its characters that formulas are made of. */
  readonly mathematical: number;
  /** Starts with a character that is raised and small: a footnote's mark. */
  readonly startsRaised: boolean;
}

export interface TableCellText {
  readonly text: string;
  readonly rowSpan: number;
  readonly colSpan: number;
}

export interface Table {
  readonly kind: 'table';
  readonly box: Box;
  /** As a browser reads them: places that spans cover are left out. */
  readonly rows: readonly (readonly TableCellText[])[];
}

export interface Picture {
  readonly kind: 'picture';
  readonly box: Box;
  /** Labels and legends: text that is a part of the picture. */
  readonly inscriptions: readonly Line[];
}

/** A formula that stands by itself; what its characters mean together is not known. */
export interface Formula {
  readonly kind: 'formula';
  readonly box: Box;
  readonly lines: readonly Line[];
}

/** Anything that has its place in the reading order of a page. */
export type PageItem = Line | Table | Picture;

/** A page whose text is in lines and whose ruled tables are found, not yet in reading order. */
export interface ReadPage {
  readonly width: number;
  readonly height: number;
  readonly items: readonly PageItem[];
  /** Text that runs across the page's main direction. */
  readonly turned: readonly Line[];
  readonly links: readonly Link[];
}

/** A paragraph of a page that is only a picture of text, as character recognition read it. */
export interface RecognisedText {
  readonly kind: 'recognised';
  readonly text: string;
  readonly box: Box;
}
