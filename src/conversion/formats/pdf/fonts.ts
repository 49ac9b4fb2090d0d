import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { FontStyle } from './model.js';

const BOLD = /bold|black|heavy|demi(?!light)|semibold|extrab|,b|-bd\b|cmb[xs]|\bnimbus.*medi|ptmb|phvb/i;
const ITALIC = /ital|obli|slant|cmti|cmsl/i;
/** The families of TeX, and what others call theirs. */
const MATHEMATICAL =
  /(?:^|\+)(?:cm(?:mib?|b?sy|ex)\d|ms[ab]m|eu[fsmr][bm]?\d|rsfs|stmary|wasy|(?:lm|tx|px|mt|rm|np)\w*(?:sy|ex|mi)[ab]?\d*$)|math|^symbol/i;
/** Letters needed before equal widths mean a monospaced font. */
const LETTERS_NEEDED = 6;

/** The part of pdfjs' exported font that is read here. */
interface ExportedFont {
  readonly name?: string;
  readonly bold?: boolean;
  readonly black?: boolean;
  readonly italic?: boolean;
  readonly vertical?: boolean;
  readonly isType3Font?: boolean;
  readonly fontMatrix?: readonly number[];
  readonly bbox?: readonly number[];
  readonly defaultVMetrics?: readonly number[];
}

/** A font as text is set in it: the style, and what turns its units into points. */
export class PageFont implements FontStyle {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly mathematical: boolean;
  readonly vertical: boolean;
  /** Glyph widths times this are in ems. */
  readonly unit: number;
  /** Height of the em of a font of size 1. */
  readonly emHeight: number;
  readonly verticalAdvance: number;
  private readonly letterWidths = new Map<string, number>();

  constructor(font: ExportedFont) {
    const name = font.name ?? '';
    this.bold = Boolean(font.bold ?? false) || Boolean(font.black ?? false) || BOLD.test(name);
    this.italic = Boolean(font.italic ?? false) || ITALIC.test(name);
    this.mathematical = MATHEMATICAL.test(name);
    this.vertical = font.vertical ?? false;
    this.unit = font.fontMatrix?.[0] ?? 0.001;
    this.emHeight = font.isType3Font ? type3Height(font) : 1;
    this.verticalAdvance = font.defaultVMetrics?.[0] ?? -1000;
  }

  /** Notes the width of a letter, for `monospaced`. */
  sawLetter(letter: string, width: number): void {
    if (this.letterWidths.size < 26 && /^[A-Za-z]$/.test(letter)) this.letterWidths.set(letter, width);
  }

  readonly monospaced = (): boolean =>
    this.letterWidths.size >= LETTERS_NEEDED && new Set(this.letterWidths.values()).size === 1;
}

/** A Type 3 font has no em of its own: its glyphs' box stands for it. */
function type3Height({ fontMatrix, bbox }: ExportedFont): number {
  const height = Math.abs(((bbox?.[3] ?? 0) - (bbox?.[1] ?? 0)) * (fontMatrix?.[3] ?? 0.001));
  return height > 0 ? height : 1;
}

/** The fonts of one document, by the name that the operators call them by. */
export class FontTable {
  private readonly fonts = new Map<string, PageFont>();

  /** The font, or a plain one when pdfjs could not load it. */
  get(name: string, page: PDFPageProxy): PageFont {
    const known = this.fonts.get(name);
    if (known) return known;
    const loaded: unknown = page.commonObjs.has(name) ? page.commonObjs.get(name) : undefined;
    const font = new PageFont(typeof loaded === 'object' && loaded !== null ? loaded : {});
    if (loaded !== undefined) this.fonts.set(name, font);
    return font;
  }
}
