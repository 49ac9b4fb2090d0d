import { drawingText, paragraphText, readChart, type Chart } from '../../package/chart.js';
import { readXmlPart, type Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';

/** Something drawn that is no text of the paragraph it is anchored in. */
export interface Picture {
  /** Alternative text. */
  readonly description: string | undefined;
  readonly chart: Chart | undefined;
  /** What is written in a diagram or in shapes, a line per paragraph. */
  readonly lines: readonly string[];
}

/** What a drawing, or an older `w:pict` or `w:object`, holds. */
export interface Drawing {
  readonly pictures: readonly Picture[];
  /** `w:txbxContent` of each text box, once. */
  readonly textBoxes: readonly XmlElement[];
}

/** The parts that the drawings of one part show: charts and the data of diagrams. */
export class DrawingParts {
  private constructor(
    private readonly charts: ReadonlyMap<string, Chart>,
    private readonly diagrams: ReadonlyMap<string, readonly string[]>,
  ) {}

  static async read(pkg: ZipPackage, relationships: Relationships): Promise<DrawingParts> {
    const charts = new Map<string, Chart>();
    for (const name of relationships.targets('chart')) {
      const root = await readXmlPart(pkg, name);
      const chart = root && readChart(root);
      if (chart) charts.set(name, chart);
    }
    const diagrams = new Map<string, readonly string[]>();
    for (const name of relationships.targets('diagramData')) {
      const root = await readXmlPart(pkg, name);
      if (root) diagrams.set(name, textLines(root));
    }
    return new DrawingParts(charts, diagrams);
  }

  /** Reads a `w:drawing`, `w:pict` or `w:object` of the part with these relationships. */
  drawing(element: XmlElement, relationships: Relationships): Drawing {
    const textBoxes = [...shown(element, 'w:txbxContent')];
    if (element.name !== 'w:drawing') return { textBoxes, pictures: legacyPictures(element) };
    const [properties] = element.descendants('wp:docPr');
    const description = properties?.attribute('descr') ?? properties?.attribute('title');
    const [chart] = shown(element, 'c:chart');
    const [diagram] = shown(element, 'dgm:relIds');
    const partOf = (id: string | undefined): string => relationships.get(id)?.target ?? '';
    if (chart) return { textBoxes, pictures: [picture(description, this.charts.get(partOf(chart.attribute('r:id'))))] };
    if (diagram) {
      const lines = this.diagrams.get(partOf(diagram.attribute('r:dm')));
      return { textBoxes, pictures: [picture(description, undefined, lines)] };
    }
    return { textBoxes, pictures: shapePictures(element, description) };
  }
}

function picture(description: string | undefined, chart?: Chart, lines: readonly string[] = []): Picture {
  return { description, chart, lines };
}

/** Images each for itself; shapes that carry text of their own together. */
function shapePictures(drawing: XmlElement, description: string | undefined): Picture[] {
  const images = Array.from(shown(drawing, 'a:blip'), () => picture(description));
  const lines = Array.from(shown(drawing, 'a:p'), textLines).flat();
  return lines.length > 0 ? [...images, picture(undefined, undefined, lines)] : images;
}

function legacyPictures(drawing: XmlElement): Picture[] {
  const shapes = [...shown(drawing, 'v:shape'), ...shown(drawing, 'v:rect')];
  return shapes
    .filter((shape) => shape.child('v:imagedata') !== undefined)
    .map((shape) => picture(shape.attribute('alt')));
}

/** The text of DrawingML, a line per paragraph. */
function textLines(element: XmlElement): string[] {
  const text = element.name === 'a:p' ? paragraphText(element) : drawingText(element);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * The outermost elements of that name: not those within a text box, which is read for itself, and of
 * a newer drawing and its fallback only those of one.
 */
function* shown(element: XmlElement, name: string): Generator<XmlElement, void, undefined> {
  for (const child of element.elements()) {
    if (child.name === name) yield child;
    else if (child.name === 'mc:AlternateContent') yield* shown(child.child('mc:Choice') ?? child, name);
    else if (child.name !== 'w:txbxContent') yield* shown(child, name);
  }
}
