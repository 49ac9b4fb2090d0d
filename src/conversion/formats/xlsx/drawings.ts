import { readChart, type Chart, type ReferenceResolver } from '../../package/chart.js';
import { readRelationships, readXmlPart, type Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { CellRange } from './cell-address.js';

/** A picture or chart that floats over the cells of a sheet. */
export interface Drawing {
  /** The cells behind it. */
  readonly range: CellRange;
  readonly description: string | undefined;
  readonly chart: Chart | undefined;
}

/** The pictures and charts of a sheet, in the order of the file. */
export async function readDrawings(
  pkg: ZipPackage,
  relationships: Relationships,
  resolve: ReferenceResolver,
): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  for (const part of relationships.targets('drawing')) {
    const root = await readXmlPart(pkg, part);
    const targets = await readRelationships(pkg, part);
    for (const anchor of root?.elements() ?? []) {
      const drawing = await readAnchor(pkg, anchor, targets, resolve);
      if (drawing) drawings.push(drawing);
    }
  }
  return drawings;
}

async function readAnchor(
  pkg: ZipPackage,
  anchor: XmlElement,
  targets: Relationships,
  resolve: ReferenceResolver,
): Promise<Drawing | undefined> {
  const [properties] = anchor.descendants('xdr:cNvPr');
  const description = properties?.attribute('descr');
  const [reference] = anchor.descendants('c:chart');
  if (reference) {
    const root = await readXmlPart(pkg, targets.get(reference.attribute('r:id'))?.target);
    const chart = root && readChart(root, resolve);
    // What Excel says of a chart by itself repeats its kind and title.
    return chart && { range: rangeOf(anchor), description: undefined, chart };
  }
  const [picture] = anchor.descendants('xdr:pic');
  return picture && { range: rangeOf(anchor), description, chart: undefined };
}

function rangeOf(anchor: XmlElement): CellRange {
  const place = (corner: string, axis: string) => Number(anchor.path(corner, axis)?.text ?? Number.NaN);
  const top = place('xdr:from', 'xdr:row') || 0;
  const left = place('xdr:from', 'xdr:col') || 0;
  return { top, left, bottom: place('xdr:to', 'xdr:row') || top, right: place('xdr:to', 'xdr:col') || left };
}
