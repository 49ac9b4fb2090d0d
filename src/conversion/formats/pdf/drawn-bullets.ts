import { area, type Box } from './geometry.js';
import type { Line } from './model.js';

/** Bullets are small, and stand this near to their text, in ems. */
const LARGEST = 0.6;
const SMALLEST = 0.12;
const REACH = 2;
/** Above and below the baseline, in ems, where the middle of a bullet can be. */
const HIGHEST = 0.65;
const LOWEST = 0.05;

/** The lines with the bullets before them that were painted as shapes, as browsers do, put in as characters. */
export function withDrawnBullets(lines: readonly Line[], marks: readonly Box[]): Line[] {
  if (marks.length === 0) return [...lines];
  const inOrder = [...marks].sort((one, other) => one.y0 - other.y0);
  return lines.map((line) => {
    const bullet = bulletOf(line, inOrder);
    if (!bullet) return line;
    const { box, words, text } = line;
    const word = { text: '\u2022', x0: bullet.x0, x1: bullet.x1 };
    const widened = { ...box, x0: Math.min(box.x0, bullet.x0), x1: Math.max(box.x1, bullet.x1) };
    return { ...line, box: widened, words: [word, ...words], text: `${word.text} ${text}` };
  });
}

function bulletOf({ box, baseline, size, rightToLeft }: Line, marks: readonly Box[]): Box | undefined {
  for (let index = firstBelow(marks, baseline - size); index < marks.length; index += 1) {
    const mark = marks[index];
    if (!mark || mark.y0 > baseline) return undefined;
    const middle = baseline - (mark.y0 + mark.y1) / 2;
    const gap = rightToLeft ? mark.x0 - box.x1 : box.x0 - mark.x1;
    const side = Math.sqrt(area(mark)) / size;
    if (middle < LOWEST * size || middle > HIGHEST * size || gap < 0 || gap > REACH * size) continue;
    if (side > SMALLEST && side < LARGEST) return mark;
  }
  return undefined;
}

/** Index of the first mark, of those sorted by their tops, that starts below `y`. */
function firstBelow(marks: readonly Box[], y: number): number {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.y0 ?? 0) < y) low = middle + 1;
    else high = middle;
  }
  return low;
}
