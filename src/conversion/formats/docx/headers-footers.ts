import type { DocumentBuilder } from '../../document/document-builder.js';
import { readRelationships, readXmlPart } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import type { Numbering } from './numbering.js';
import type { PartContext } from './paragraph.js';
import { PlainTextReader } from './plain-text.js';

/** The headers and footers that any section uses, each once, as furniture. */
export async function addHeadersAndFooters(
  builder: DocumentBuilder,
  pkg: ZipPackage,
  body: XmlElement,
  context: PartContext,
  numbering: Numbering,
): Promise<void> {
  const done = new Set<string>();
  for (const section of body.descendants('w:sectPr')) {
    for (const reference of section.elements()) {
      const footer = reference.name === 'w:footerReference';
      if (!footer && reference.name !== 'w:headerReference') continue;
      const part = context.relationships.get(reference.attribute('r:id'))?.target;
      if (part === undefined || done.has(part)) continue;
      done.add(part);
      const root = await readXmlPart(pkg, part);
      if (!root) continue;
      const plain = new PlainTextReader({ ...context, relationships: await readRelationships(pkg, part) }, numbering);
      const label = footer ? 'page_footer' : 'page_header';
      for (const line of plain.lines(root)) builder.addText(label, line, undefined, { layer: 'furniture' });
    }
  }
}
