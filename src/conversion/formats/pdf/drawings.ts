import { area, transformedBox, unionOf, type Box, type Matrix } from './geometry.js';
import type { Drawing } from './model.js';
import { bendsOf } from './path.js';

/** Paths and images nearer to each other than this belong to one drawing, in points. */
const NEAR = 8;
/** More separate drawings on one page are ornament or text drawn as outlines. */
const MOST_DRAWINGS = 300;
/** A longer thin line parts text or rules a table, in points. */
const LONGEST_LINE = 200;
const THIN = 1.5;
/** Sides of a mark that can be a bullet, in points, and how many are looked at. */
const SMALLEST_MARK = 1.5;
const LARGEST_MARK = 12;
const MOST_MARKS = 2_000;
/** A path or an image that covers more of the page is its background. */
const BACKGROUND = 0.6;

/** Gathers what is painted near each other into drawings: the curves of a chart, the boxes of a diagram. */
export class DrawingCollector {
  readonly marks: Box[] = [];
  private drawings: Drawing[] = [];
  private readonly backgrounds: Drawing[] = [];
  private isFull = false;

  constructor(private readonly page: { readonly width: number; readonly height: number }) {}

  /** Adds a painted path; `extent` is its box in the space that `ctm` transforms to the page. */
  addPath(path: ArrayLike<number>, extent: ArrayLike<number>, ctm: Matrix): void {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = [extent[0], extent[1], extent[2], extent[3]];
    const box = this.clipped(transformedBox(ctm, x0, y0, x1, y1));
    const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
    if (!(width >= 0 && height >= 0) || this.isBackground(box)) return;
    if (Math.min(width, height) < THIN && Math.max(width, height) > LONGEST_LINE) return;
    if (isMark(width, height) && this.marks.length < MOST_MARKS) this.marks.push(box);
    this.add({ box, pieces: path.length / 3, bends: bendsOf(path), images: undefined });
  }

  /** Adds the place of an image. */
  addImage(place: Box): void {
    const box = this.clipped(place);
    const drawing: Drawing = { box, pieces: 0, bends: 0, images: box };
    if (this.isBackground(box)) this.backgrounds.push(drawing);
    else if (box.x1 > box.x0 && box.y1 > box.y0) this.add(drawing);
  }

  /** The drawings, those that came to touch each other put together. */
  merged(): Drawing[] {
    return [...merged(this.drawings), ...this.backgrounds];
  }

  private add(drawing: Drawing): void {
    if (this.isFull) return;
    insert(this.drawings, drawing);
    if (this.drawings.length < MOST_DRAWINGS) return;
    this.drawings = merged(this.drawings);
    this.isFull = this.drawings.length > MOST_DRAWINGS / 2;
  }

  private isBackground(box: Box): boolean {
    return area(box) > BACKGROUND * this.page.width * this.page.height;
  }

  private clipped({ x0, y0, x1, y1 }: Box): Box {
    const { width, height } = this.page;
    return { x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(width, x1), y1: Math.min(height, y1) };
  }
}

function merged(drawings: readonly Drawing[]): Drawing[] {
  let result = [...drawings];
  for (let before = Infinity; result.length < before;) {
    before = result.length;
    const touching: Drawing[] = [];
    for (const drawing of result) insert(touching, drawing);
    result = touching;
  }
  return result;
}

/** Puts `drawing` to the one that it touches, looking at the latest first: paths of one drawing follow each other. */
function insert(drawings: Drawing[], drawing: Drawing): void {
  for (let index = drawings.length - 1; index >= 0; index -= 1) {
    const other = drawings[index];
    if (!other || !touch(other.box, drawing.box)) continue;
    drawings[index] = {
      box: unionOf([other.box, drawing.box]),
      pieces: other.pieces + drawing.pieces,
      bends: other.bends + drawing.bends,
      images: unionOfSome(other.images, drawing.images),
    };
    return;
  }
  drawings.push(drawing);
}

function isMark(width: number, height: number): boolean {
  return width > SMALLEST_MARK && width < LARGEST_MARK && Math.abs(width - height) < 0.25 * width;
}

function unionOfSome(one: Box | undefined, other: Box | undefined): Box | undefined {
  return one && other ? unionOf([one, other]) : (one ?? other);
}

function touch(one: Box, other: Box): boolean {
  return (
    one.x0 <= other.x1 + NEAR && other.x0 <= one.x1 + NEAR && one.y0 <= other.y1 + NEAR && other.y0 <= one.y1 + NEAR
  );
}
