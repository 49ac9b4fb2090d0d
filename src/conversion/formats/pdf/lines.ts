import { combiningForm, isBullet, isCombiningMark, isMathematicalSign, isUnspaced, plainGlyph } from './characters.js';
import { median } from './geometry.js';
import type { FontStyle, Glyph, Line, Word } from './model.js';
import { lettersInReadingOrder, readsRightToLeft, withBracketsOpening, wordsInReadingOrder } from './visual-order.js';

/** Fractions of the em. */
const SAME_BASELINE = 0.2;
const SEGMENT_GAP = 0.9;
const STRETCHED_GAP = 4;
/** Narrowest gap between words: where the producer writes spaces, and where there are only gaps. */
const WORD_GAP_BESIDE_SPACES = 0.27;
const WORD_GAP = 0.15;
/** Share of spaces among the glyphs above which gaps need not stand for them. */
const SPACES_WRITTEN = 0.04;
/** A raised or lowered character is at most so big, against its line. */
const SCRIPT_SIZE = 0.86;
/** How far letters of full size are moved in a logotype, in ems. */
const LOGO = 0.45;
/** A footnote's mark may stand apart from its text. */
const LONGEST_MARK = 3;
/** Parts of an em above and below the baseline that count as the line's box. */
const ASCENT = 0.78;
const DESCENT = 0.22;
/** How many segments before and after a script are looked at for its line. */
const NEARBY = 12;
/** Leader dots, as between a title and its page number. */
const LEADER = 5;
/** Share of a line's characters in a style above which the line has it. */
const WHOLE_LINE = 0.85;

/** Glyphs on one baseline without a wide gap, from left to right. */
interface Segment {
  glyphs: Glyph[];
  baseline: number;
  size: number;
  x0: number;
  x1: number;
  startsRaised: boolean;
}

/** The lines of one page (or of its turned text), parted at wide gaps, from top to bottom. */
export function buildLines(glyphs: readonly Glyph[]): Line[] {
  const { shown, spaces } = clean(glyphs);
  const wordGap = spaces.length > SPACES_WRITTEN * glyphs.length ? WORD_GAP_BESIDE_SPACES : WORD_GAP;
  const segments = attachScripts(rowsOf([...shown, ...spaces]).flatMap(segmentsOf));
  return segments.map((segment) => toLine(segment, wordGap)).filter((line) => line.text !== '');
}

/** Glyphs with plain text, combining marks put to their letters; spaces apart. */
function clean(glyphs: readonly Glyph[]): { shown: Glyph[]; spaces: Glyph[] } {
  const shown: Glyph[] = [];
  const spaces: Glyph[] = [];
  for (const glyph of glyphs) {
    const text = plainGlyph(glyph.text);
    if (text === '') continue;
    const last = shown.at(-1);
    if (text.trim() === '') spaces.push(glyph.text === ' ' ? glyph : { ...glyph, text: ' ' });
    else if (isCombiningMark(text) && last)
      shown[shown.length - 1] = { ...last, text: (last.text + text).normalize('NFC') };
    else shown.push(text === glyph.text ? glyph : { ...glyph, text });
  }
  return { shown, spaces };
}

/** Glyphs that share a baseline, each row sorted from left to right. */
function rowsOf(glyphs: Glyph[]): Glyph[][] {
  glyphs.sort((left, right) => left.baseline - right.baseline);
  const rows: Glyph[][] = [];
  let row: Glyph[] = [];
  let baseline = -Infinity;
  for (const glyph of glyphs) {
    if (glyph.baseline - baseline > SAME_BASELINE * glyph.size && row.length > 0) {
      rows.push(row);
      row = [];
    }
    if (row.length === 0) baseline = glyph.baseline;
    row.push(glyph);
  }
  if (row.length > 0) rows.push(row);
  for (const each of rows) each.sort((left, right) => left.x0 - right.x0);
  return rows;
}

function segmentsOf(row: readonly Glyph[]): Segment[] {
  const segments: Segment[] = [];
  let current: Glyph[] = [];
  let previous: Glyph | undefined;
  let right = -Infinity;
  let spaces: Glyph[] = [];
  for (const glyph of withoutLeaders(row)) {
    // Spaces neither open nor bridge: only what is seen counts for a gap.
    if (glyph.text === ' ') {
      if (previous && glyph.x0 - right < SEGMENT_GAP * glyph.size) current.push(glyph);
      spaces.push(glyph);
      continue;
    }
    const widest = previous && isStretched(previous, spaces, glyph) ? STRETCHED_GAP : SEGMENT_GAP;
    spaces = [];
    if (previous && glyph.x0 - right > widest * Math.min(glyph.size, previous.size)) {
      segments.push(toSegment(current));
      current = [];
      previous = undefined;
    }
    if (!isReprinted(previous, glyph)) current.push(glyph);
    right = previous ? Math.max(right, glyph.x1) : glyph.x1;
    previous = glyph;
  }
  if (previous) segments.push(toSegment(current));
  return segments;
}

/** Whether the gap is one space of a justified line, shown together with what stands before and after it. */
function isStretched(previous: Glyph, spaces: readonly Glyph[], glyph: Glyph): boolean {
  return spaces.length === 1 && spaces[0]?.run === previous.run && glyph.run === previous.run;
}

/** Bold type is now and then feigned by printing a character twice, a hair apart. */
function isReprinted(previous: Glyph | undefined, glyph: Glyph): boolean {
  if (previous?.text !== glyph.text) return false;
  return glyph.x0 - previous.x0 < 0.3 * (glyph.x1 - glyph.x0) && Math.abs(glyph.baseline - previous.baseline) < 1;
}

function withoutLeaders(row: readonly Glyph[]): readonly Glyph[] {
  if (row.filter(({ text }) => text === '.').length < LEADER) return row;
  const isDot = (glyph: Glyph | undefined) => glyph?.text === '.' || glyph?.text === ' ';
  const kept: Glyph[] = [];
  for (let index = 0; index < row.length;) {
    let end = index;
    while (isDot(row[end])) end += 1;
    const run = row.slice(index, Math.max(end, index + 1));
    if (run.filter(({ text }) => text === '.').length < LEADER) kept.push(...run);
    index += run.length;
  }
  return kept;
}

function toSegment(glyphs: Glyph[]): Segment {
  while (glyphs.at(-1)?.text === ' ') glyphs.pop();
  return {
    glyphs,
    baseline: median(glyphs.map(({ baseline }) => baseline)),
    size: median(glyphs.map(({ size }) => size)),
    x0: glyphs.reduce((least, { x0 }) => Math.min(least, x0), Infinity),
    x1: glyphs.reduce((most, { x1 }) => Math.max(most, x1), -Infinity),
    startsRaised: false,
  };
}

/** Puts superscripts and subscripts into the line that they stand at, which is near them in the order of baselines. */
function attachScripts(segments: readonly Segment[]): Segment[] {
  const attached = new Set<Segment>();
  segments.forEach((script, index) => {
    const nearby = segments.slice(Math.max(0, index - NEARBY), index + NEARBY);
    const owner = nearby.find((line) => line !== script && !attached.has(line) && isScriptOf(script, line));
    if (!owner) return;
    owner.startsRaised ||= script.x0 < owner.x0 && script.baseline < owner.baseline;
    owner.glyphs = [...owner.glyphs, ...script.glyphs].sort((left, right) => left.x0 - right.x0);
    owner.x0 = Math.min(owner.x0, script.x0);
    owner.x1 = Math.max(owner.x1, script.x1);
    attached.add(script);
  });
  return segments.filter((segment) => !attached.has(segment));
}

function isScriptOf(script: Segment, line: Segment): boolean {
  const raised = line.baseline - script.baseline;
  if (script.size > SCRIPT_SIZE * line.size) return Math.abs(raised) < LOGO * line.size && fillsGap(script, line);
  const isMark = script.x1 <= line.x0 && script.glyphs.length <= LONGEST_MARK;
  const reach = (isMark ? 1 : 0.35) * line.size;
  return (
    raised < 0.75 * line.size &&
    raised > -0.4 * line.size &&
    script.x0 <= line.x1 + reach &&
    script.x1 >= line.x0 - reach &&
    script.glyphs.length <= Math.max(12, line.glyphs.length)
  );
}

/** Whether a letter or two, moved up or down, stand where the line leaves room for them, as in the name of TeX. */
function fillsGap({ glyphs, x0, x1 }: Segment, line: Segment): boolean {
  if (glyphs.length > 2 || x0 < line.x0 || x1 > line.x1) return false;
  const overlap = line.glyphs.reduce(
    (sum, glyph) => sum + (glyph.text === ' ' ? 0 : Math.max(0, Math.min(x1, glyph.x1) - Math.max(x0, glyph.x0))),
    0,
  );
  return overlap < 0.6 * (x1 - x0);
}

function toLine(segment: Segment, wordGap: number): Line {
  const { baseline, size } = segment;
  const shown = combineAccents(segment.glyphs.filter(({ text }) => text !== ' '));
  const rightToLeft = readsRightToLeft(shown);
  const words = wordsOf(segment.glyphs, shown, wordGap * size, rightToLeft);
  const joined = words.map(({ text }) => text).join(' ');
  const share = shareOf(shown);
  return {
    kind: 'line',
    box: { x0: segment.x0, x1: segment.x1, y0: baseline - ASCENT * size, y1: baseline + DESCENT * size },
    baseline,
    size,
    words,
    text: rightToLeft ? withBracketsOpening(joined) : joined,
    bold: share((font) => font.bold) >= WHOLE_LINE,
    italic: share((font) => font.italic) >= WHOLE_LINE,
    monospaced: share((font) => font.monospaced()) >= WHOLE_LINE,
    mathematical: shown.filter(isMathematical).length / shown.length,
    rightToLeft,
    artifact: shown.every((glyph) => glyph.artifact),
    startsRaised: segment.startsRaised,
  };
}

/** What tells the share of the glyphs whose fonts pass a test. */
function shareOf(glyphs: readonly Glyph[]): (test: (font: FontStyle) => boolean) => number {
  const counts = new Map<FontStyle, number>();
  for (const { font } of glyphs) counts.set(font, (counts.get(font) ?? 0) + 1);
  return (test) => {
    let passed = 0;
    for (const [font, count] of counts) if (test(font)) passed += count;
    return passed / glyphs.length;
  };
}

function isMathematical({ text, font }: Glyph): boolean {
  return font.mathematical ? !isBullet(text) : isMathematicalSign(text);
}

/** Joins an accent that is set over a letter to that letter. */
function combineAccents(glyphs: readonly Glyph[]): readonly Glyph[] {
  if (!glyphs.some(({ text }) => combiningForm(text))) return glyphs;
  const result: Glyph[] = [];
  let pending: { mark: string; over: Glyph } | undefined;
  for (const glyph of glyphs) {
    const mark = combiningForm(glyph.text);
    const previous = result.at(-1);
    if (mark && previous && overlaps(glyph, previous)) {
      result[result.length - 1] = { ...previous, text: (previous.text + mark).normalize('NFC') };
    } else if (pending && overlaps(pending.over, glyph)) {
      result[result.length - 1] = { ...glyph, text: (glyph.text + pending.mark).normalize('NFC') };
    } else {
      result.push(glyph);
      pending = mark ? { mark, over: glyph } : undefined;
      continue;
    }
    pending = undefined;
  }
  return result;
}

/** Whether the accent's middle stands over the letter. */
function overlaps(accent: Glyph, letter: Glyph): boolean {
  const middle = (accent.x0 + accent.x1) / 2;
  return /\p{L}/u.test(letter.text) && middle > letter.x0 && middle < letter.x1;
}

function wordsOf(all: readonly Glyph[], shown: readonly Glyph[], wordGap: number, rightToLeft: boolean): Word[] {
  const spaces = all.filter(({ text }) => text === ' ').map(({ x0, x1 }) => (x0 + x1) / 2);
  const words: Glyph[][] = [];
  let nextSpace = 0;
  let previous: Glyph | undefined;
  for (const glyph of shown) {
    const middle = (glyph.x0 + glyph.x1) / 2;
    let spaced = false;
    while ((spaces[nextSpace] ?? Infinity) < middle) {
      spaced ||= previous !== undefined && (spaces[nextSpace] ?? 0) > (previous.x0 + previous.x1) / 2;
      nextSpace += 1;
    }
    if (previous && (spaced || isGap(previous, glyph, wordGap))) words.push([glyph]);
    else if (words.length > 0) words.at(-1)?.push(glyph);
    else words.push([glyph]);
    previous = glyph;
  }
  return orderedWords(words, rightToLeft);
}

function isGap(previous: Glyph, glyph: Glyph, wordGap: number): boolean {
  if (isUnspaced(previous.text) && isUnspaced(glyph.text)) return false;
  if (glyph.x0 - previous.x1 > wordGap) return true;
  // A footnote's mark would otherwise become a part of the word that it stands at.
  return isMarkAt(previous, glyph) || isMarkAt(glyph, previous);
}

/** Whether `mark` is a small raised digit beside the letter `base`. */
function isMarkAt(base: Glyph, mark: Glyph): boolean {
  const raised = base.baseline - mark.baseline > 0.15 * base.size && mark.size < SCRIPT_SIZE * base.size;
  return raised && /\d/.test(mark.text) && /\p{L}/u.test(base.text);
}

function orderedWords(words: readonly Glyph[][], rightToLeft: boolean): Word[] {
  const boxed = words.map((glyphs) => ({
    x0: glyphs[0]?.x0 ?? 0,
    x1: glyphs.at(-1)?.x1 ?? 0,
    text: lettersInReadingOrder(glyphs)
      .map(({ text }) => text)
      .join(''),
  }));
  return wordsInReadingOrder(boxed, rightToLeft);
}
