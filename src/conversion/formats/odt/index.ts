import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../../errors.js';
import type { DoclingDocument } from '../../document/docling-document.js';
import { DocumentBuilder } from '../../document/document-builder.js';
import { readPackage } from '../../package/read-package.js';
import { readXmlPart } from '../../package/relationships.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { Format, FormatInput } from '../format.js';
import { BodyWriter } from './body.js';
import { readCharts } from './charts.js';
import { addHeadersAndFooters } from './headers-footers.js';
import { StyleSheet } from './styles.js';

/** Blocks between two looks at the signal. */
const BLOCKS_PER_STEP = 500;

/** OpenDocument text: odt and its templates. */
export const odtFormat: Format = { name: 'odt', read: (input) => readPackage(input, convert) };

async function convert(pkg: ZipPackage, input: FormatInput): Promise<DoclingDocument> {
  const content = await readXmlPart(pkg, 'content.xml');
  const text = content?.path('office:body', 'office:text');
  if (!text) throw new AppError('E004', 'The package holds no text document');
  const styles = await readXmlPart(pkg, 'styles.xml');
  const builder = new DocumentBuilder(input);
  const writer = new BodyWriter(builder, new StyleSheet(styles, content), await readCharts(pkg, text));
  const total = Math.max(1, text.children.length);
  const steps = writer.write(text);
  for (let blocks = 1; !steps.next().done; blocks += 1) {
    if (blocks % BLOCKS_PER_STEP !== 0) continue;
    await setImmediate();
    input.signal.throwIfAborted();
    input.onProgress(Math.min(1, blocks / total));
  }
  addHeadersAndFooters(builder, styles, writer);
  return builder.document;
}
