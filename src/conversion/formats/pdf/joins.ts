import type { Paragraph } from './paragraphs.js';
import { endsSentence } from './paragraphs.js';

/** How far sizes may differ and still be one paragraph's. */
const SAME_SIZE = 0.06;
const HYPHENATED = /\p{L}[-\u2010\u00AD]$/u;
/** A last line that ends nearer to the edge than so many ems fills its column. */
const FULL = 3;

/**
 * Whether `next`, the first text of a column, goes on with a sentence of `last`, the last text of
 * the column before it (on this page or the page before).
 */
export function runsOn(last: Paragraph, next: Paragraph): boolean {
  const end = last.lines.at(-1);
  const [start] = next.lines;
  if (!end || !start || next.marker) return false;
  if (Math.abs(end.size - start.size) > SAME_SIZE * end.size || end.monospaced || start.monospaced) return false;
  if (end.rightToLeft !== start.rightToLeft) return false;
  if (HYPHENATED.test(end.text)) return /^\p{Ll}/u.test(start.text);
  if (endsSentence(end.text)) return false;
  if (/^\p{Ll}/u.test(start.text)) return true;
  const room = end.rightToLeft ? end.box.x0 - last.left : last.right - end.box.x1;
  const isFull = room < FULL * end.size && last.lines.length > 1;
  const isIndented = start.rightToLeft ? next.right - start.box.x1 > start.size : start.box.x0 - next.left > start.size;
  return isFull && !isIndented && next.lines.length > 1 && /^[\p{L}\p{N}("'\u201C]/u.test(start.text);
}
