import { median, unionOf, type Box } from './geometry.js';
import { lineMarkerOf, type ListMarker } from './list-markers.js';
import type { Line } from './model.js';

/** Lines that belong together: a paragraph, a heading, an item of a list, a listing. */
export interface Paragraph {
  readonly kind: 'paragraph';
  readonly lines: Line[];
  readonly marker: ListMarker | undefined;
  /** Where the column that holds it starts and ends. */
  readonly left: number;
  readonly right: number;
}

/** Width of a monospaced letter in ems. */
export const LETTER_WIDTH = 0.6;

/** Fractions of the em. */
const NEW_SIZE = 0.12;
const INDENT = 0.8;
const DEEPEST_INDENT = 6;
const ALIGNED = 0.4;
/** A step to the next line wider than the usual one by so much starts a paragraph. */
const WIDE_STEP = 1.22;
const WIDEST_STEP = 1.9;
const CODE_STEP = 2.6;
/** Steps in text with double spacing, how many tell of it, and the share of the column's width that its lines fill. */
const DOUBLE_SPACING = 3;
const LEAST_STEPS = 4;
const FULL_LINE = 0.8;

/** The number of a section, whose heading hangs behind it. */
const NUMBER = /^\d{1,2}(?:\.\d{1,2}){0,4}$/;

const SENTENCE_END = /[.!?:;\u2026\u3002\u061F]["'\u201D\u2019)\]]*$/u;

/** Whether the text ends as a sentence does. */
export function endsSentence(text: string): boolean {
  return SENTENCE_END.test(text);
}

export function boxOf(paragraph: Paragraph): Box {
  return unionOf(paragraph.lines.map(({ box }) => box));
}

/** Groups the lines of one column, from top to bottom, by leading, indents, type and list markers. */
export function buildParagraphs(lines: readonly Line[]): Paragraph[] {
  const { x0: left, x1: right } = unionOf(lines.map(({ box }) => box));
  const step = usualStep(lines, left, right);
  const paragraphs: Paragraph[] = [];
  lines.forEach((line, index) => {
    const current = paragraphs.at(-1);
    const marker = markerOf(line);
    if (current && goesOn(current, line, lines[index + 1], marker, step)) current.lines.push(line);
    else paragraphs.push({ kind: 'paragraph', lines: [line], marker, left, right });
  });
  return paragraphs;
}

/** In a listing, dashes and numbers are a part of the code. */
function markerOf(line: Line): ListMarker | undefined {
  return line.monospaced && /^[\w(*[-]/.test(line.text) ? undefined : lineMarkerOf(line);
}

/** The usual distance of baselines, in ems, between lines of the same size. */
function usualStep(lines: readonly Line[], left: number, right: number): number {
  const steps: number[] = [];
  const stepsOfFull: number[] = [];
  lines.slice(1).forEach((line, index) => {
    const above = lines[index];
    if (!above || !isSameSize(above, line)) return;
    const step = (line.baseline - above.baseline) / line.size;
    if (step > 0.8 && step < WIDEST_STEP) steps.push(step);
    if (above.box.x1 - above.box.x0 > FULL_LINE * (right - left)) stepsOfFull.push(step);
  });
  // Where lines that fill the column are far apart, the text is set with double spacing.
  const spacing = median(stepsOfFull);
  if (spacing >= WIDEST_STEP && spacing < DOUBLE_SPACING && stepsOfFull.length >= LEAST_STEPS) return spacing;
  return median(steps) || 1.2;
}

function isSameSize(one: Line, other: Line): boolean {
  return Math.abs(one.size - other.size) <= NEW_SIZE * Math.max(one.size, other.size);
}

function goesOn(
  paragraph: Paragraph,
  line: Line,
  next: Line | undefined,
  marker: ListMarker | undefined,
  usual: number,
): boolean {
  const above = paragraph.lines.at(-1);
  if (!above || !isSameSize(above, line) || above.monospaced !== line.monospaced) return false;
  const step = (line.baseline - above.baseline) / line.size;
  if (line.monospaced && !marker && !paragraph.marker) return step < CODE_STEP;
  const own = stepWithin(paragraph) ?? usual;
  if (step > Math.min(Math.max(WIDEST_STEP, 1.1 * usual), WIDE_STEP * Math.max(own, Math.min(usual, 1.3))))
    return false;
  if (line.startsRaised || (above.rightToLeft !== line.rightToLeft && line.text.length > 8)) return false;
  if (marker && startsItem(paragraph, line, marker)) return false;
  if (changesWeight(paragraph, above, line)) return false;
  return paragraph.marker ? !leavesItem(paragraph, line) : !isNewByIndent(paragraph, above, line, next);
}

function stepWithin({ lines }: Paragraph): number | undefined {
  const [first, second] = lines;
  return first && second ? (second.baseline - first.baseline) / second.size : undefined;
}

function startOf(line: Line): number {
  return line.rightToLeft ? -line.box.x1 : line.box.x0;
}

/** A bullet always starts an item; a number may also just happen to stand at the start of a line. */
function startsItem(paragraph: Paragraph, line: Line, marker: ListMarker): boolean {
  if (!marker.enumerated) return true;
  const first = paragraph.lines[0];
  const above = paragraph.lines.at(-1);
  if (paragraph.marker?.enumerated && first && startOf(line) <= startOf(first) + ALIGNED * line.size) return true;
  return above !== undefined && (endsSentence(above.text) || endsShort(paragraph, above, line));
}

/** The first word of `line` would have had room at the end of `above`. */
function endsShort({ left, right }: Paragraph, above: Line, line: Line): boolean {
  const room = above.rightToLeft ? above.box.x0 - left : right - above.box.x1;
  const word = line.words[0];
  return room > (word ? word.x1 - word.x0 : 0) + 2 * line.size;
}

/** A heading runs into text of another weight, or text into a heading. */
function changesWeight(paragraph: Paragraph, above: Line, line: Line): boolean {
  if (above.bold === line.bold) return false;
  const allBold = paragraph.lines.every(({ bold }) => bold);
  return above.bold ? allBold && endsShort(paragraph, above, line) : endsShort(paragraph, above, line);
}

/** A line that starts left of the item's text, once that is known, is no part of the item. */
function leavesItem(paragraph: Paragraph, line: Line): boolean {
  const [first, second] = paragraph.lines;
  const above = paragraph.lines.at(-1);
  if (!first || !above) return false;
  const tolerance = ALIGNED * line.size;
  if (startOf(line) < startOf(first) - tolerance) return true;
  if (second && startOf(line) < startOf(second) - tolerance) return true;
  const hangs = startOf(line) > startOf(first) + tolerance;
  return !second && !hangs && endsSentence(above.text) && endsShort(paragraph, above, line);
}

function isNewByIndent(paragraph: Paragraph, above: Line, line: Line, next: Line | undefined): boolean {
  const em = line.size;
  const indent = startOf(line) - startOf(above);
  const centred =
    Math.abs(line.box.x0 + line.box.x1 - above.box.x0 - above.box.x1) < em && Math.abs(indent) > ALIGNED * em;
  if (centred) return false;
  if (indent > INDENT * em && indent < DEEPEST_INDENT * em) {
    // An indent starts a paragraph if the text goes back after it; else it hangs below a first line.
    const goesBack = next ? startOf(next) < startOf(line) - ALIGNED * em : true;
    if (goesBack) return !isHanging(paragraph, line) && !hangsBehindNumber(paragraph, line);
  }
  const ends = endsSentence(above.text) && endsShort(paragraph, above, line);
  return ends && indent > -INDENT * em;
}

/** The lines of the paragraph after its first all start where this one does. */
function isHanging({ lines }: Paragraph, line: Line): boolean {
  const rest = lines.slice(1);
  return rest.length > 0 && rest.every((each) => Math.abs(startOf(each) - startOf(line)) < ALIGNED * line.size);
}

/** The line starts where the heading's text does, behind its number. */
function hangsBehindNumber({ lines }: Paragraph, line: Line): boolean {
  const [number, text] = lines[0]?.words ?? [];
  if (!number || !text || !NUMBER.test(number.text)) return false;
  return Math.abs((line.rightToLeft ? -text.x1 : text.x0) - startOf(line)) < ALIGNED * line.size;
}
