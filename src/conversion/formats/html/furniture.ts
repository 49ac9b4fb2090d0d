import { attribute, isElement, isHidden } from './elements.js';
import type { InlineRun } from './inline-buffer.js';
import type { HtmlElement, HtmlNode } from './parse.js';

const LANDMARKS = new Set(['nav', 'header']);
const LANDMARK_ROLES = new Set(['navigation', 'banner', 'search', 'menubar']);

/** Whether the author marks it as a page's banner, menu or search. */
export function isLandmark(element: HtmlElement): boolean {
  return LANDMARKS.has(element.tagName) || LANDMARK_ROLES.has(attribute(element, 'role') ?? '');
}

/** Whether nothing but links, buttons and pictures is below, as in a menu. */
export function isOnlyLinks(element: HtmlElement): boolean {
  const waiting: HtmlNode[] = [element];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isElement(node)) {
      if (node.nodeName === '#text' && 'value' in node && node.value.trim() !== '') return false;
    } else if (node.tagName !== 'a' && node.tagName !== 'button' && !isHidden(node)) {
      for (const child of node.childNodes) waiting.push(child);
    }
  }
  return true;
}

export function areOnlyLinks(runs: readonly InlineRun[]): boolean {
  return runs.every(({ text, style }) => style.link !== undefined || text.trim() === '');
}
