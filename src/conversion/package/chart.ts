import { AppError } from '../../errors.js';
import type { BoundingBox, DocumentNode } from '../document/docling-document.js';
import type { CellInput, DocumentBuilder } from '../document/document-builder.js';
import { LIMITS } from '../limits.js';
import { floatText } from './float-text.js';
import type { XmlElement } from './xml-tree.js';

/** A chart's data as a table: categories down the first column, one column per series. */
export interface Chart {
  /** In words: `Line chart`. */
  readonly kind: string;
  readonly title: string | undefined;
  readonly rows: readonly (readonly string[])[];
}

/** The values behind a reference such as `'Sheet 1'!$B$2:$B$7`; undefined has the chart's own copy of them count. */
export type ReferenceResolver = (formula: string) => readonly string[] | undefined;

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^c:bar/, 'Bar chart'],
  [/^c:line/, 'Line chart'],
  [/^c:(?:pie|doughnut|ofPie)/, 'Pie chart'],
  [/^c:scatter/, 'Scatter chart'],
  [/^c:.*Chart$/, 'Other chart'],
];

/** Points of one series: more than a chart can show. */
export const MOST_POINTS = 10_000;

/**
 * Reads a `c:chartSpace`; undefined when it holds no chart.
 *
 * @throws AppError E305 when its data exceeds the limit on cells.
 */
export function readChart(root: XmlElement, resolve: ReferenceResolver = () => undefined): Chart | undefined {
  const area = root.path('c:chart', 'c:plotArea');
  const plots = area?.elements().filter((element) => /^c:.*Chart$/.test(element.name)) ?? [];
  const [plot] = plots;
  if (!plot) return undefined;
  const title = root.path('c:chart', 'c:title', 'c:tx', 'c:rich');
  return {
    kind: KINDS.find(([pattern]) => pattern.test(plot.name))?.[1] ?? 'Chart',
    title: title && drawingText(title).replaceAll('\n', ' ').trim(),
    rows: dataRows(
      plots.flatMap((one) => one.elements('c:ser')),
      resolve,
    ),
  };
}

/** Adds a chart as a picture with its title, followed by a table of its data. */
export function addChart(
  builder: DocumentBuilder,
  chart: Chart,
  place: { parent?: DocumentNode; box?: BoundingBox; description?: string | undefined },
): void {
  const { parent, box } = place;
  const picture = builder.addPicture(parent, place.description, box, 'chart');
  if (chart.title) builder.addCaption(chart.title, picture);
  if (chart.rows.length === 0) return;
  const rows = chart.rows.map((row, index) =>
    row.map((text, column): CellInput => ({ text, columnHeader: index === 0, rowHeader: index > 0 && column === 0 })),
  );
  builder.addCaption(chart.kind, builder.addTable(rows, parent, box));
}

/** The text of DrawingML paragraphs, one line each. */
export function drawingText(element: XmlElement): string {
  return Array.from(element.descendants('a:p'), paragraphText).join('\n');
}

/** The text of one `a:p`; a line break is a line break. */
export function paragraphText(paragraph: XmlElement): string {
  return paragraph
    .elements()
    .map((element) => (element.name === 'a:br' ? '\n' : (element.child('a:t')?.text ?? '')))
    .join('');
}

function dataRows(series: readonly XmlElement[], resolve: ReferenceResolver): string[][] {
  const categories =
    series.map((one) => points(one.child('c:cat') ?? one.child('c:xVal'), resolve)).find((one) => one.length > 0) ?? [];
  const columns = series.map((one) => ({
    name: points(one.child('c:tx'), resolve).join(' '),
    values: points(one.child('c:val') ?? one.child('c:yVal'), resolve),
  }));
  const count = columns.reduce((most, { values }) => Math.max(most, values.length), categories.length);
  if (count === 0) return [];
  if (count * columns.length > LIMITS.cells)
    throw new AppError('E305', 'A chart has more data than the converter takes');
  const header = ['', ...columns.map(({ name }) => name)];
  const rows = Array.from({ length: count }, (_, index) => [
    categories[index] ?? '',
    ...columns.map(({ values }) => values[index] ?? ''),
  ]);
  return [header, ...rows];
}

/** The values that a reference names, or the points of its cache or of a literal, in the order of their indices. */
function points(element: XmlElement | undefined, resolve: ReferenceResolver): readonly string[] {
  if (!element) return [];
  const value = element.child('c:v');
  if (value) return [value.text];
  const source = element.elements()[0];
  const formula = source?.child('c:f')?.text;
  const named = formula === undefined ? undefined : resolve(formula);
  if (named) return named;
  const values: string[] = [];
  // A cache of several levels has the finest first.
  const cache = source?.elements().find((one) => one.name.endsWith('Cache')) ?? source;
  for (const point of (cache?.child('c:lvl') ?? cache)?.elements('c:pt') ?? []) {
    const index = Number(point.attribute('idx') ?? values.length);
    if (Number.isInteger(index) && index >= 0 && index < MOST_POINTS)
      values[index] = pointText(point, cache?.name.startsWith('c:num') ?? false);
  }
  return Array.from(values, (text) => text ?? '');
}

/** Word and PowerPoint write 4.3 as 4.2999999999999998, and 100 as 100.0 or 1E2. */
function pointText(point: XmlElement, isNumber: boolean): string {
  const text = point.child('c:v')?.text ?? '';
  const value = Number(text);
  if (!isNumber || text.trim() === '' || !Number.isFinite(value)) return text;
  return Number.isSafeInteger(value) ? String(value) : floatText(value);
}
