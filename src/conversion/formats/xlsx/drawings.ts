import { writtenAltText } from '../../package/alt-text.js';
import { drawingText, readChart, type Chart } from '../../package/chart.js';
import { readRelationships, readXmlPart, type Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { CellRange } from './cell-address.js';
import type { WorkbookCells } from './workbook-cells.js';

/** What floats over the cells of a sheet. */
export type Drawing = { /** The cells behind it. */ readonly range: CellRange } & DrawnContent;

type DrawnContent =
  | { readonly kind: 'picture'; readonly description: string | undefined }
  /** A text box, or any shape with words in it. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'chart'; readonly chart: Chart };

/** Of those that begin in one row, pictures come before charts, as in Docling. */
const ORDER = ['picture', 'text', 'chart'];

const SHAPES = new Set(['xdr:pic', 'xdr:sp', 'xdr:graphicFrame']);

/** The drawings of a sheet by their kinds, of one kind in the order of the file. */
export async function readDrawings(
  pkg: ZipPackage,
  relationships: Relationships,
  cells: WorkbookCells,
): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  for (const part of relationships.targets('drawing')) {
    const root = await readXmlPart(pkg, part);
    const reader = new ShapeReader(pkg, await readRelationships(pkg, part), cells);
    for (const anchor of root ? anchorsOf(root) : []) {
      const range = rangeOf(anchor);
      for (const shape of shapesOf(anchor)) {
        const content = await reader.read(shape);
        if (content) drawings.push({ range, ...content });
      }
    }
  }
  return drawings.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

class ShapeReader {
  /** By part: a drawing can show one chart any number of times. */
  private readonly charts = new Map<string, Chart | undefined>();

  constructor(
    private readonly pkg: ZipPackage,
    private readonly targets: Relationships,
    private readonly cells: WorkbookCells,
  ) {}

  async read(shape: XmlElement): Promise<DrawnContent | undefined> {
    if (shape.name === 'xdr:pic') return { kind: 'picture', description: descriptionOf(shape) };
    if (shape.name === 'xdr:graphicFrame') return this.readFrame(shape);
    const body = shape.child('xdr:txBody');
    const text = body ? drawingText(body).trim() : '';
    return text === '' ? undefined : { kind: 'text', text };
  }

  /** What Excel says of a chart by itself repeats its kind and title, so it has no description. */
  private async readFrame(frame: XmlElement): Promise<DrawnContent | undefined> {
    const reference = frame.path('a:graphic', 'a:graphicData', 'c:chart')?.attribute('r:id');
    const part = this.targets.get(reference)?.target;
    if (part === undefined) return undefined;
    if (!this.charts.has(part)) this.charts.set(part, await this.readChart(part));
    const chart = this.charts.get(part);
    return chart && { kind: 'chart', chart };
  }

  private async readChart(part: string): Promise<Chart | undefined> {
    const root = await readXmlPart(this.pkg, part);
    return root && readChart(root, await this.cells.resolverFor(root));
  }
}

function descriptionOf(picture: XmlElement): string | undefined {
  return writtenAltText(picture.path('xdr:nvPicPr', 'xdr:cNvPr')?.attribute('descr'));
}

function anchorsOf(root: XmlElement): XmlElement[] {
  return root.elements().flatMap((element) => {
    const chosen = element.name === 'mc:AlternateContent' ? element.child('mc:Choice') : undefined;
    return chosen ? anchorsOf(chosen) : [element];
  });
}

/** A newer kind of shape is read where it is understood; its fallback only says that it is not. */
function shapesOf(element: XmlElement): XmlElement[] {
  return element.elements().flatMap((child) => {
    if (SHAPES.has(child.name)) return [child];
    if (child.name === 'xdr:grpSp') return shapesOf(child);
    const chosen = child.name === 'mc:AlternateContent' ? child.child('mc:Choice') : undefined;
    return chosen ? shapesOf(chosen) : [];
  });
}

function rangeOf(anchor: XmlElement): CellRange {
  const place = (corner: string, axis: string) => Number(anchor.path(corner, axis)?.text ?? Number.NaN);
  const top = place('xdr:from', 'xdr:row') || 0;
  const left = place('xdr:from', 'xdr:col') || 0;
  return { top, left, bottom: place('xdr:to', 'xdr:row') || top, right: place('xdr:to', 'xdr:col') || left };
}
