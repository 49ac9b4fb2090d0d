import type { BoundingBox, GroupItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { writtenAltText } from '../../package/alt-text.js';
import { addChart, drawingText, readChart, type Chart } from '../../package/chart.js';
import { readXmlPart } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import { diagramNodes, type DiagramNode } from './diagrams.js';
import { ListWriter } from './list-writer.js';
import { placeholderOf } from './placeholders.js';
import { shapesInReadingOrder, type PlacedShape } from './shapes.js';
import type { SlideParts } from './slide-parts.js';
import { tableRows } from './tables.js';
import { TextFrameWriter } from './text-frame.js';

/** Writes what one slide shows below its group. */
export class SlideWriter {
  /** By their parts. */
  private readonly charts = new Map<string, Chart | undefined>();
  private readonly diagrams = new Map<string, readonly DiagramNode[] | undefined>();

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly pkg: ZipPackage,
    private readonly parts: SlideParts,
    private readonly slide: GroupItem,
  ) {}

  async write(): Promise<void> {
    const tree = this.parts.root.path('p:cSld', 'p:spTree');
    if (tree) await this.writeShapes(tree);
    await this.writeNotes();
  }

  private async writeShapes(tree: XmlElement): Promise<void> {
    for (const shape of shapesInReadingOrder(tree, this.parts)) await this.writeShape(shape);
  }

  private async writeShape({ element, box }: PlacedShape): Promise<void> {
    if (element.name === 'p:grpSp') await this.writeShapes(element);
    else if (element.name === 'p:pic') this.builder.addPicture(this.slide, descriptionOf(element), box);
    else if (element.name === 'p:graphicFrame') await this.writeFrame(element, box);
    else new TextFrameWriter(this.builder, this.slide, box).write(element, this.parts);
  }

  private async writeFrame(frame: XmlElement, box: BoundingBox | undefined): Promise<void> {
    const data = frame.path('a:graphic', 'a:graphicData');
    const table = data?.child('a:tbl');
    if (table) {
      const rows = tableRows(table);
      if (rows) this.builder.addTable(rows, this.slide, box);
      return;
    }
    const chart = await this.readPart(data?.child('c:chart')?.attribute('r:id'), this.charts, (root) =>
      readChart(root),
    );
    if (chart) {
      const place = { parent: this.slide, ...(box && { box }), description: descriptionOf(frame) };
      addChart(this.builder, chart, place);
    }
    const diagram = await this.readPart(data?.child('dgm:relIds')?.attribute('r:dm'), this.diagrams, diagramNodes);
    if (diagram) this.writeDiagram(diagram, box);
  }

  private writeDiagram(nodes: readonly DiagramNode[], box: BoundingBox | undefined): void {
    const list = new ListWriter(this.builder, this.slide, box ? { box } : {});
    for (const { text, level } of nodes)
      list.add([{ kind: 'text', text, format: {}, hyperlink: undefined }], { kind: 'sign' }, level);
  }

  /** What `read` makes of the part that a relationship leads to; once only, since a slide can show it any number of times. */
  private async readPart<T>(
    id: string | undefined,
    known: Map<string, T | undefined>,
    read: (root: XmlElement) => T | undefined,
  ): Promise<T | undefined> {
    const part = this.parts.relationships.get(id)?.target;
    if (part === undefined) return undefined;
    if (!known.has(part)) {
      const root = await readXmlPart(this.pkg, part);
      known.set(part, root && read(root));
    }
    return known.get(part);
  }

  private async writeNotes(): Promise<void> {
    const root = await readXmlPart(this.pkg, this.parts.relationships.target('notesSlide'));
    const shapes = root?.path('p:cSld', 'p:spTree')?.elements('p:sp') ?? [];
    const body = shapes.find((shape) => placeholderOf(shape)?.type === 'body')?.child('p:txBody');
    const text = body ? drawingText(body).trim() : '';
    if (text !== '') this.builder.addText('text', text, this.slide, { layer: 'notes' });
  }
}

/** Alternative text. */
function descriptionOf(shape: XmlElement): string | undefined {
  for (const properties of shape.elements()) {
    const description = properties.child('p:cNvPr')?.attribute('descr');
    if (description !== undefined) return writtenAltText(description);
  }
  return undefined;
}
