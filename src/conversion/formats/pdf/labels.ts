import { captionKindOf } from './captions.js';
import type { Line } from './model.js';
import type { Block } from './page-blocks.js';
import { boxOf, type Paragraph } from './paragraphs.js';

export type ParagraphLabel =
  | { readonly kind: 'text' | 'title' | 'caption' | 'footnote' | 'code' | 'item' }
  | { readonly kind: 'heading'; readonly level: number };

/** Size against the text of the document above which short text is a heading. */
const LARGER = 1.14;
const MUCH_LARGER = 1.3;
const SMALLER = 0.93;
/** Space above the heading of a section, in ems. */
const LEAST_APART = 0.5;
const LONGEST_HEADING = 200;
const MOST_HEADING_LINES = 4;
/** Deepest level that headings are given. */
const DEEPEST = 6;

const SECTION_NUMBER = /^(?:(\d{1,2}(?:\.\d{1,2}){0,4})\.?|[IVX]{1,5}\.|[A-Z]\.|Appendix [A-Z])\s+(?=\p{Lu})/u;
/** Sections without a number that papers set in small type. */
const NAMED_SECTION =
  /^(?:abstract|summary|keywords|key words|index terms|acknowledge?ments?|references|bibliography|contents|zusammenfassung|r\u00E9sum\u00E9|resumen)$/i;
/** A line of a few words in italics that does not end as a sentence does. */
const ITALIC_HEADING = /^\p{Lu}\S*(?: \S+){0,7}(?<![.:!?)])$/u;
const FOOTNOTE_START = /^(?:[*\u2020\u2021\u00A7\u00B6]|\d{1,3}\s)/u;

/** The type that most of a document is set in. */
export interface BodyType {
  readonly size: number;
  readonly bold: boolean;
  readonly monospaced: boolean;
}

/** The size, weight and kind of type that most letters of the paragraphs have. */
export function bodyTypeOf(blocks: Iterable<Block>): BodyType {
  const letters = new Map<number, number>();
  let [bold, monospaced, all] = [0, 0, 0];
  for (const block of blocks) {
    if (block.kind !== 'paragraph') continue;
    for (const line of block.lines) {
      const count = line.text.length;
      const size = roundedSize(line);
      letters.set(size, (letters.get(size) ?? 0) + count);
      all += count;
      if (line.bold) bold += count;
      if (line.monospaced) monospaced += count;
    }
  }
  const [most] = [...letters].sort((left, right) => right[1] - left[1]);
  return { size: most?.[0] ?? 10, bold: bold > all / 2, monospaced: monospaced > all / 2 };
}

function roundedSize({ size }: Line): number {
  return Math.round(size * 2) / 2;
}

/** Whether an item of a list, or a text, is the heading of a numbered section, seeing that it stands alone. */
export function isLoneSection(item: Paragraph, before: Block | undefined, after: Block | undefined): boolean {
  const text = item.lines.map((line) => line.text).join(' ');
  const isItem = (block: Block | undefined) => block?.kind === 'paragraph' && block.marker !== undefined;
  if (isItem(before) || isItem(after) || after?.kind !== 'paragraph') return false;
  if (!item.marker && !isApart(item, before)) return false;
  return SECTION_NUMBER.test(text) && item.lines.length <= 2 && text.split(' ').length <= 10 && !/[.,;:]$/.test(text);
}

/** Whether there is more than the leading between the paragraph and what stands before it. */
function isApart(paragraph: Paragraph, before: Block | undefined): boolean {
  if (!before || before.kind === 'furniture') return true;
  const { y1 } = before.kind === 'paragraph' ? boxOf(before) : before.box;
  return boxOf(paragraph).y0 - y1 > LEAST_APART * sizeOf(paragraph);
}

/** Labels the paragraphs of a document; the levels of headings come from their numbers or their type. */
export class Labeller {
  private readonly levels: readonly string[];
  private readonly titleStyle: string | undefined;

  /** `blocks` are those of the whole document in reading order, `firstPage` those of its first page. */
  constructor(
    private readonly body: BodyType,
    blocks: readonly Block[],
    firstPage: readonly Block[],
  ) {
    const headings = blocks.filter((block) => block.kind === 'paragraph').filter((block) => this.isHeading(block));
    this.titleStyle = titleStyleOf(headings, firstPage, body);
    const sizes = new Map<string, number>();
    for (const heading of headings) {
      const style = styleOf(heading);
      if (style !== this.titleStyle && !sizes.has(style)) sizes.set(style, sizeOf(heading));
    }
    // Sorting is stable: of styles of one size, the one that comes first in the document ranks higher.
    this.levels = [...sizes].sort(([, left], [, right]) => right - left).map(([style]) => style);
  }

  label(paragraph: Paragraph, pageHeight: number): ParagraphLabel {
    const [first] = paragraph.lines;
    if (!first) return { kind: 'text' };
    if (
      first.monospaced &&
      !paragraph.marker &&
      !this.body.monospaced &&
      paragraph.lines.every(({ monospaced }) => monospaced)
    )
      return { kind: 'code' };
    if (captionKindOf(first.text)) return { kind: 'caption' };
    if (this.isHeading(paragraph)) {
      const style = styleOf(paragraph);
      return style === this.titleStyle ? { kind: 'title' } : { kind: 'heading', level: this.levelOf(paragraph) };
    }
    if (this.isFootnote(paragraph, first, pageHeight)) return { kind: 'footnote' };
    return paragraph.marker ? { kind: 'item' } : { kind: 'text' };
  }

  /** The level of a heading: as deep as its number goes, else the rank of its type. */
  levelOf(heading: Paragraph): number {
    const number = SECTION_NUMBER.exec(heading.lines[0]?.text ?? '')?.[1];
    if (number) return Math.min(DEEPEST, number.split('.').length);
    return Math.min(DEEPEST, Math.max(0, this.levels.indexOf(styleOf(heading))) + 1);
  }

  private isHeading({ lines, marker }: Paragraph): boolean {
    const [first] = lines;
    const text = lines.map((line) => line.text).join(' ');
    if (!first || lines.length > MOST_HEADING_LINES || text.length > LONGEST_HEADING) return false;
    if (!/\p{L}{2}/u.test(text) || /[,;]$/.test(text) || first.monospaced || captionKindOf(text)) return false;
    if (marker && (!marker.enumerated || !SECTION_NUMBER.test(text))) return false;
    if (/[.]$/.test(text) && (lines.length > 1 || text.split(' ').length > 8)) return false;
    const size = Math.max(...lines.map((line) => line.size)) / this.body.size;
    const bold = lines.every((line) => line.bold) && !this.body.bold;
    if (size >= LARGER) return size >= MUCH_LARGER || bold || lines.length <= 2;
    const capitals = isCapitals(text);
    if (lines.length === 1 && NAMED_SECTION.test(text)) return true;
    if (size < 0.95 && !(bold && SECTION_NUMBER.test(text))) return false;
    if (bold || (capitals && (SECTION_NUMBER.test(text) || lines.length === 1))) return true;
    return lines.length === 1 && first.italic && ITALIC_HEADING.test(text);
  }

  private isFootnote(paragraph: Paragraph, first: Line, pageHeight: number): boolean {
    if (first.size > SMALLER * this.body.size || boxOf(paragraph).y0 < pageHeight / 2) return false;
    return first.startsRaised || FOOTNOTE_START.test(first.text);
  }
}

function isCapitals(text: string): boolean {
  return text === text.toUpperCase() && /\p{Lu}{4}/u.test(text) && text.split(' ').length <= 10;
}

function styleOf({ lines }: Paragraph): string {
  const [first] = lines;
  if (!first) return '';
  return `${roundedSize(first)} ${first.bold} ${first.italic} ${isCapitals(first.text)}`;
}

function sizeOf({ lines: [first] }: Paragraph): number {
  return first ? roundedSize(first) : 0;
}

/** The style of the title: the largest on the first page, larger than any other heading, used once. */
function titleStyleOf(headings: readonly Paragraph[], firstPage: readonly Block[], body: BodyType): string | undefined {
  const [top, second] = [...headings].sort((left, right) => sizeOf(right) - sizeOf(left));
  if (!top || !firstPage.includes(top) || sizeOf(top) < MUCH_LARGER * body.size) return undefined;
  return second && sizeOf(second) > 0.95 * sizeOf(top) ? undefined : styleOf(top);
}
