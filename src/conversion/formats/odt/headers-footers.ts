import type { DocumentBuilder } from '../../document/document-builder.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { BodyWriter } from './body.js';

const LABELS: Readonly<Record<string, 'page_header' | 'page_footer'>> = {
  'style:header': 'page_header',
  'style:header-left': 'page_header',
  'style:header-first': 'page_header',
  'style:footer': 'page_footer',
  'style:footer-left': 'page_footer',
  'style:footer-first': 'page_footer',
};

/** Headers and footers of all page styles, each text once, as furniture. */
export function addHeadersAndFooters(
  builder: DocumentBuilder,
  styles: XmlElement | undefined,
  writer: BodyWriter,
): void {
  const seen = new Set<string>();
  for (const page of styles?.child('office:master-styles')?.elements('style:master-page') ?? []) {
    for (const element of page.elements()) {
      const label = LABELS[element.name];
      if (label === undefined || element.attribute('style:display') === 'false') continue;
      const text = writer.lines(element).join('\n');
      if (text === '' || seen.has(`${label} ${text}`)) continue;
      seen.add(`${label} ${text}`);
      builder.addText(label, text, undefined, { layer: 'furniture' });
    }
  }
}
