import type { DocumentBuilder } from '../../document/document-builder.js';
import { isElement } from './elements.js';
import { hasFurniture } from './furniture.js';
import { HtmlMapper } from './html-mapper.js';
import { inlineContent } from './inline-content.js';
import { textOf } from './inline-buffer.js';
import { parseHtml, type HtmlDocument } from './parse.js';

/**
 * Reads a page of a web site into `builder`: its title and what stands before its first heading are
 * furniture.
 *
 * @throws AppError E305 when it has too many elements, too deep ones, or too many table cells.
 */
export function readPage(source: string, builder: DocumentBuilder): void {
  const page = parseHtml(source);
  const title = titleOf(page);
  if (title !== '') builder.addText('title', title, undefined, { layer: 'furniture' });
  new HtmlMapper(builder, hasFurniture(page)).readNodes(page.childNodes);
}

/**
 * Reads HTML that is all content into `builder`.
 *
 * @throws as `readPage` does.
 */
export function readFragment(source: string, builder: DocumentBuilder): void {
  new HtmlMapper(builder, false).readNodes(parseHtml(source).childNodes);
}

function titleOf(page: HtmlDocument): string {
  let nodes = page.childNodes;
  for (const tagName of ['html', 'head', 'title']) {
    nodes = nodes.filter(isElement).find((element) => element.tagName === tagName)?.childNodes ?? [];
  }
  return textOf(inlineContent(nodes).buffer.take());
}
