import type { BoundingBox, GroupItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { writtenAltText } from '../../package/alt-text.js';
import { addChart, drawingText, readChart } from '../../package/chart.js';
import { readXmlPart } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import { diagramNodes } from './diagrams.js';
import { ListWriter } from './list-writer.js';
import { placeholderOf } from './placeholders.js';
import { shapesInReadingOrder, type PlacedShape } from './shapes.js';
import type { SlideParts } from './slide-parts.js';
import { tableRows } from './tables.js';
import { TextFrameWriter } from './text-frame.js';

/** Writes what one slide shows below its group. */
export class SlideWriter {
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
    const chart = await this.readPart(data?.child('c:chart')?.attribute('r:id'));
    if (chart) this.writeChart(chart, frame, box);
    const diagram = await this.readPart(data?.child('dgm:relIds')?.attribute('r:dm'));
    if (diagram) this.writeDiagram(diagram, box);
  }

  private writeChart(root: XmlElement, frame: XmlElement, box: BoundingBox | undefined): void {
    const chart = readChart(root);
    const place = { parent: this.slide, ...(box && { box }), description: descriptionOf(frame) };
    if (chart) addChart(this.builder, chart, place);
  }

  private writeDiagram(model: XmlElement, box: BoundingBox | undefined): void {
    const list = new ListWriter(this.builder, this.slide, box ? { box } : {});
    for (const { text, level } of diagramNodes(model))
      list.add([{ kind: 'text', text, format: {}, hyperlink: undefined }], { kind: 'sign' }, level);
  }

  /** What a relationship of the slide leads to. */
  private readPart(id: string | undefined): Promise<XmlElement | undefined> {
    return readXmlPart(this.pkg, this.parts.relationships.get(id)?.target);
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
