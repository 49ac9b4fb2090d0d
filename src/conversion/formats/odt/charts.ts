import { AppError } from '../../../errors.js';
import type { Chart } from '../../package/chart.js';
import { readXmlPart } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import { tableRows } from './tables.js';

const KINDS: Readonly<Record<string, string>> = {
  'chart:bar': 'Bar chart',
  'chart:line': 'Line chart',
  'chart:circle': 'Pie chart',
  'chart:scatter': 'Scatter chart',
};

/** The charts that a document embeds, by the address under which its frames name them. */
export async function readCharts(pkg: ZipPackage, body: XmlElement): Promise<Map<string, Chart>> {
  const charts = new Map<string, Chart>();
  for (const object of body.descendants('draw:object')) {
    const address = object.attribute('xlink:href');
    if (address === undefined || charts.has(address)) continue;
    const root = await readObject(pkg, `${address.replace(/^\.\//, '').replace(/\/$/, '')}/content.xml`);
    const chart = root?.path('office:body', 'office:chart', 'chart:chart');
    if (chart) charts.set(address, chartOf(chart));
  }
  return charts;
}

/** Other objects, such as old formulas, may hold XML that is refused; they do not spoil the document. */
async function readObject(pkg: ZipPackage, part: string): Promise<XmlElement | undefined> {
  try {
    return await readXmlPart(pkg, part);
  } catch (error) {
    if (error instanceof AppError && error.code === 'E004') return undefined;
    throw error;
  }
}

function chartOf(chart: XmlElement): Chart {
  const data = chart.child('table:table');
  const rows = data
    ? tableRows(data, (cell) =>
        cell
          .elements('text:p')
          .map(({ text }) => text)
          .join(' '),
      )
    : [];
  return {
    kind: KINDS[chart.attribute('chart:class') ?? ''] ?? 'Other chart',
    title: chart.child('chart:title')?.text.trim(),
    rows: rows.map((row) => row.map(({ text }) => text)),
  };
}
