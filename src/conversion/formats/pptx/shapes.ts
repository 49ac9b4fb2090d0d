import type { BoundingBox } from '../../document/docling-document.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { inheritedShapes, placeholderOf } from './placeholders.js';
import { EMU_PER_POINT, type SlideParts } from './slide-parts.js';

/** EMU; a twentieth of an inch: shapes whose tops differ by less stand in one row. */
const ROW_TOLERANCE = 45_720;

const SHAPES = new Set(['p:sp', 'p:pic', 'p:graphicFrame', 'p:grpSp']);

/** A shape and where it stands. */
export interface PlacedShape {
  readonly element: XmlElement;
  readonly box: BoundingBox | undefined;
}

/** The shapes of a tree or group as they are read: row by row from the top, each row from the left. */
export function shapesInReadingOrder(tree: XmlElement, parts: SlideParts): PlacedShape[] {
  const placed = shapesOf(tree).map((element) => ({ element, box: boxOf(element, parts) }));
  const byTop = placed.sort((one, other) => topOf(one) - topOf(other));
  const rows: PlacedShape[][] = [];
  for (const shape of byTop) {
    const row = rows.at(-1);
    const above = row?.at(-1);
    if (row && above && topOf(shape) - topOf(above) <= ROW_TOLERANCE) row.push(shape);
    else rows.push([shape]);
  }
  return rows.flatMap((row) => row.sort((one, other) => (one.box?.l ?? 0) - (other.box?.l ?? 0)));
}

/** EMU. Shapes without a place come last, as they stand in the file. */
function topOf({ box }: PlacedShape): number {
  return box ? Math.round(box.t * EMU_PER_POINT) : Number.MAX_VALUE;
}

function shapesOf(tree: XmlElement): XmlElement[] {
  return tree.elements().flatMap((element) => {
    if (SHAPES.has(element.name)) return [element];
    const chosen =
      element.name === 'mc:AlternateContent' && (element.child('mc:Choice') ?? element.child('mc:Fallback'));
    return chosen ? shapesOf(chosen) : [];
  });
}

function boxOf(shape: XmlElement, parts: SlideParts): BoundingBox | undefined {
  for (const one of [shape, ...inheritedShapes(placeholderOf(shape), parts)]) {
    const transform = transformOf(one);
    const [x, y] = [number(transform, 'a:off', 'x'), number(transform, 'a:off', 'y')];
    if (x === undefined || y === undefined) continue;
    const width = number(transform, 'a:ext', 'cx') ?? 0;
    const height = number(transform, 'a:ext', 'cy') ?? 0;
    return { l: x, t: y, r: x + width, b: y + height, coord_origin: 'TOPLEFT' };
  }
  return undefined;
}

function transformOf(shape: XmlElement): XmlElement | undefined {
  return shape.child('p:xfrm') ?? shape.path('p:spPr', 'a:xfrm') ?? shape.path('p:grpSpPr', 'a:xfrm');
}

/** Points. */
function number(transform: XmlElement | undefined, name: string, attribute: string): number | undefined {
  const text = transform?.child(name)?.attribute(attribute);
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? undefined : value / EMU_PER_POINT;
}
