import type { DocumentBuilder } from '../../document/document-builder.js';
import { HEADINGS, elementsBelow } from './elements.js';
import { HtmlMapper } from './html-mapper.js';
import { parseHtml } from './parse.js';

export interface HtmlOptions {
  /**
   * Whether what stands before the first heading and is only menus, links and pictures becomes
   * furniture, as in a page of a web site.
   */
  readonly inferFurniture: boolean;
}

/**
 * Reads a page, or any piece of HTML, into `builder`.
 *
 * @throws AppError E305 when it has too many elements, too deep ones, or too many table cells.
 */
export function readHtml(source: string, builder: DocumentBuilder, options: HtmlOptions): void {
  const page = parseHtml(source);
  const furniture = options.inferFurniture && hasHeading(page.childNodes);
  new HtmlMapper(builder, furniture).readNodes(page.childNodes);
}

/** Headings in tables are cells, not the beginning of the content. */
function hasHeading(nodes: Parameters<typeof elementsBelow>[0]): boolean {
  for (const { tagName } of elementsBelow(nodes, (element) => element.tagName !== 'table')) {
    if (HEADINGS.has(tagName)) return true;
  }
  return false;
}
