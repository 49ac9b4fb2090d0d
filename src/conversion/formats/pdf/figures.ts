import { area, contains, unionOf, type Box } from './geometry.js';
import { captionKindOf } from './captions.js';
import type { Drawing, Line, Picture } from './model.js';

/** Smallest side of a figure, in points: smaller ones are bullets, rules and bits of a background. */
const SMALLEST = 24;
const SMALLEST_DRAWING = 40;
/** A picture that covers more of a page with text is its background, or a scan below its recognised text. */
const BACKGROUND = 0.8;
/** How far a caption may stand from its figure, and a label from what it labels, in ems. */
const CAPTION_REACH = 4.5;
const LABEL_REACH = 1.4;
const LABEL_REACH_WITHOUT_CAPTION = 0.7;
/** Letters from which a line is a part of running text, if it also fills so much of the figure's width. */
const RUNNING_LETTERS = 45;
const RUNNING_WIDTH = 0.7;
const MOST_RUNNING = 0.3;
const LONGEST_LABEL = 30;
/** What tells a drawing without a caption from frames and backgrounds: curves and slanting lines, few and short labels. */
const LEAST_BENDS = 60;
const MOST_OF_PAGE = 0.25;
const SHORT_LABEL = 16;
/** A caption's figure has at least so many pieces, or an image. */
const LEAST_PIECES = 8;

/**
 * The pictures of a page, with the lines that are their inscriptions, and the lines that are left.
 * A drawing is a picture if a caption says so, or its lines do: text in frames is still text.
 */
export function takeFigures(
  lines: readonly Line[],
  drawings: readonly Drawing[],
  page: { readonly width: number; readonly height: number },
): { figures: Picture[]; rest: Line[] } {
  const em = usualSize(lines);
  const letters = lines.reduce((sum, { text }) => sum + text.length, 0);
  const captions = lines.filter(({ text }) => captionKindOf(text) === 'picture');
  let rest = [...lines];
  const figures: Picture[] = [];
  const isBackground = ({ box }: Drawing) => lines.length > 0 && area(box) > BACKGROUND * page.width * page.height;
  const found = drawings.filter((drawing) => isLargeEnough(drawing) && !isBackground(drawing));
  for (const { drawing, caption } of withCaptions(found, captions, em)) {
    const inside = rest.filter((line) => isInside(line, drawing.box));
    const isFigure = caption ? isCaptioned(drawing, inside) : isDrawn(drawing, inside, letters);
    if (!isFigure && !drawing.images) continue;
    const labels = isFigure ? new Set(withLabels(drawing.box, inside, rest, caption, em)) : new Set<Line>();
    rest = rest.filter((line) => !labels.has(line));
    const inscriptions = [...labels];
    const place = isFigure ? drawing.box : (drawing.images ?? drawing.box);
    figures.push({ kind: 'picture', box: unionOf([place, ...inscriptions.map(({ box }) => box)]), inscriptions });
  }
  return { figures, rest };
}

/** The size in which most letters are set. */
function usualSize(lines: readonly Line[]): number {
  const letters = lines.reduce((sum, { text }) => sum + text.length, 0);
  let counted = 0;
  for (const { size, text } of [...lines].sort((one, other) => one.size - other.size)) {
    counted += text.length;
    if (counted > letters / 2) return size;
  }
  return 10;
}

function isLargeEnough({ box, images }: Drawing): boolean {
  const least = images ? SMALLEST : SMALLEST_DRAWING;
  return box.x1 - box.x0 >= least && box.y1 - box.y0 >= least;
}

/** Each drawing with its caption, if there is one; the drawings of one caption are parts of one figure. */
function withCaptions(drawings: readonly Drawing[], captions: readonly Line[], em: number) {
  const result: { drawing: Drawing; caption?: Line }[] = [];
  const byCaption = new Map<Line, Drawing[]>();
  for (const drawing of drawings) {
    const caption = nearestCaption(drawing.box, captions, em);
    if (caption) byCaption.set(caption, [...(byCaption.get(caption) ?? []), drawing]);
    else result.push({ drawing });
  }
  for (const [caption, parts] of byCaption) {
    const sum = (key: 'pieces' | 'bends') => parts.reduce((total, part) => total + part[key], 0);
    const box = unionOf(parts.map((part) => part.box));
    const images = parts.find((part) => part.images)?.images;
    result.push({ drawing: { box, pieces: sum('pieces'), bends: sum('bends'), images }, caption });
  }
  return result;
}

function nearestCaption({ x0, x1, y0, y1 }: Box, captions: readonly Line[], em: number): Line | undefined {
  const distance = ({ box }: Line) => (box.y0 >= y1 - em ? box.y0 - y1 : y0 - box.y1 + em);
  return captions
    .filter(({ box }) => box.x0 < x1 && box.x1 > x0 && (box.y0 >= y1 - em || box.y1 <= y0 + em))
    .filter((caption) => distance(caption) <= CAPTION_REACH * em)
    .sort((one, other) => distance(one) - distance(other))[0];
}

function isInside({ box }: Line, figure: Box): boolean {
  return contains(figure, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2);
}

function isCaptioned({ pieces, images }: Drawing, inside: readonly Line[]): boolean {
  return images !== undefined || (pieces >= LEAST_PIECES && running(inside) <= MOST_RUNNING * inside.length);
}

function isDrawn({ bends, images }: Drawing, inside: readonly Line[], lettersOfPage: number): boolean {
  if (!images && bends < LEAST_BENDS) return false;
  const letters = inside.reduce((sum, { text }) => sum + text.length, 0);
  return letters <= MOST_OF_PAGE * lettersOfPage && letters <= SHORT_LABEL * inside.length;
}

function running(lines: readonly Line[]): number {
  const { x0, x1 } = unionOf(lines.map(({ box }) => box));
  return lines.filter(({ text, box }) => text.length >= RUNNING_LETTERS && box.x1 - box.x0 >= RUNNING_WIDTH * (x1 - x0))
    .length;
}

/** The lines inside a figure and the labels around it: what stands between it and its caption, and short lines close by. */
function withLabels(
  figure: Box,
  inside: readonly Line[],
  lines: readonly Line[],
  caption: Line | undefined,
  em: number,
): Line[] {
  const labels = inside.filter((line) => line !== caption);
  const reach = (caption ? LABEL_REACH : LABEL_REACH_WITHOUT_CAPTION) * em;
  const known = new Set(inside);
  const others = lines.filter((line) => line !== caption && !known.has(line) && isLabel(line, em));
  let box = unionOf([figure, ...labels.map((line) => line.box)]);
  for (let before = -1; before < labels.length;) {
    before = labels.length;
    for (const line of others) {
      if (known.has(line) || !isBeside(line.box, box, reach)) continue;
      if (caption && isBeyond(line.box, caption.box, figure)) continue;
      labels.push(line);
      known.add(line);
      box = unionOf([box, line.box]);
    }
  }
  return labels;
}

/** Axis titles and tick labels are short, and set in other type than the text or apart from it. */
function isLabel({ text, size }: Line, em: number): boolean {
  if (captionKindOf(text)) return false;
  return (
    text.length <= LONGEST_LABEL &&
    (size < 0.97 * em || /^[\d.,%\s()+\u2212-]+$/.test(text) || text.length <= SHORT_LABEL)
  );
}

/** Close to the figure, and for the most part within its width or height. */
function isBeside({ x0, y0, x1, y1 }: Box, figure: Box, reach: number): boolean {
  const [middleX, middleY] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const across = middleX > figure.x0 - reach && middleX < figure.x1 + reach;
  const along = middleY > figure.y0 - reach && middleY < figure.y1 + reach;
  return (
    across &&
    along &&
    x0 < figure.x1 + reach &&
    x1 > figure.x0 - reach &&
    y0 < figure.y1 + reach &&
    y1 > figure.y0 - reach
  );
}

/** Whether the caption stands between the figure and the line. */
function isBeyond(line: Box, caption: Box, figure: Box): boolean {
  return caption.y0 >= figure.y1 ? line.y1 > caption.y0 : line.y0 < caption.y1;
}
