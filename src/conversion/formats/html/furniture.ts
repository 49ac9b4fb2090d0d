import { HEADINGS, isElement, isHidden } from './elements.js';
import type { HtmlNode } from './parse.js';

/** Characters of prose that banners, menus and notices do not reach. */
const MOST_FURNITURE = 2_000;

/**
 * Whether what stands before a page's first heading is furniture, as Docling takes it: if there is a
 * heading at all, and not most of the page before it. Headings in tables begin no content.
 */
export function hasFurniture(page: { childNodes: readonly HtmlNode[] }): boolean {
  let before = 0;
  let after = 0;
  let isAfter = false;
  for (const { text, startsContent } of proseOf(page.childNodes)) {
    isAfter ||= startsContent;
    if (isAfter) after += text.length;
    else before += text.length;
  }
  return isAfter && (before <= MOST_FURNITURE || before <= after);
}

/** Shown text in order, without that of links; a heading outside tables comes as a piece of its own. */
function* proseOf(roots: readonly HtmlNode[]): Generator<{ text: string; startsContent: boolean }> {
  const waiting: { node: HtmlNode; inTable: boolean }[] = [];
  const push = (nodes: readonly HtmlNode[], inTable: boolean) => {
    for (let index = nodes.length - 1; index >= 0; index -= 1) {
      const node = nodes[index];
      if (node) waiting.push({ node, inTable });
    }
  };
  push(roots, false);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, inTable } = next;
    if (isElement(node)) {
      if (isHidden(node) || node.tagName === 'a') continue;
      if (!inTable && HEADINGS.has(node.tagName)) yield { text: '', startsContent: true };
      push(node.childNodes, inTable || node.tagName === 'table');
    } else if (node.nodeName === '#text' && 'value' in node) {
      yield { text: node.value.trim(), startsContent: false };
    }
  }
}
