import { attribute, elementsBelow, isBlock, isElement, isHidden } from './elements.js';
import { InlineBuffer, type InlineStyle } from './inline-buffer.js';
import type { HtmlElement, HtmlNode } from './parse.js';

const STYLES: Readonly<Record<string, InlineStyle>> = {
  b: { bold: true },
  strong: { bold: true },
  i: { italic: true },
  em: { italic: true },
  var: { italic: true },
  s: { strikethrough: true },
  strike: { strikethrough: true },
  del: { strikethrough: true },
  u: { underline: true },
  ins: { underline: true },
  sub: { script: 'sub' },
  sup: { script: 'super' },
  code: { code: true },
  kbd: { code: true },
  samp: { code: true },
  tt: { code: true },
};

/** The style of text in `element`, which stands in text of style `outer`. */
export function styleIn(element: HtmlElement, outer: InlineStyle): InlineStyle {
  if (element.tagName === 'a') {
    const link = attribute(element, 'href')?.trim();
    return link ? { ...outer, link } : outer;
  }
  const own = Object.hasOwn(STYLES, element.tagName) ? STYLES[element.tagName] : undefined;
  return own ? { ...outer, ...own } : outer;
}

export interface InlineImage {
  readonly element: HtmlElement;
  /** Where a click on it leads. */
  readonly link: string | undefined;
}

/** All text below some nodes as one paragraph, blocks or not, and the images in it. */
export interface InlineContent {
  readonly buffer: InlineBuffer;
  readonly images: InlineImage[];
}

/** Needs no stack, however deep the nodes are nested. */
export function inlineContent(roots: readonly HtmlNode[], style: InlineStyle = {}): InlineContent {
  const content: InlineContent = { buffer: new InlineBuffer(), images: [] };
  const waiting: ({ node: HtmlNode; style: InlineStyle } | 'space')[] = [];
  const push = (nodes: readonly HtmlNode[], inner: InlineStyle) => {
    for (let index = nodes.length - 1; index >= 0; index -= 1) {
      const node = nodes[index];
      if (node) waiting.push({ node, style: inner });
    }
  };
  push(roots, style);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === 'space') content.buffer.addSpace();
    else if (!isElement(next.node)) addText(content.buffer, next.node, next.style);
    else if (!isHidden(next.node) && !addLeaf(content, next.node, next.style)) {
      if (isBlock(next.node)) {
        content.buffer.addSpace();
        waiting.push('space');
      }
      push(next.node.childNodes, styleIn(next.node, next.style));
    }
  }
  return content;
}

function pushReversed(waiting: HtmlNode[], nodes: readonly HtmlNode[]): void {
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const node = nodes[index];
    if (node) waiting.push(node);
  }
}

export function addText(buffer: InlineBuffer, node: HtmlNode, style: InlineStyle): void {
  if (node.nodeName === '#text' && 'value' in node) buffer.add(node.value, style);
}

/** Adds an element that is looked at as a whole; whether it was one. */
export function addLeaf(content: InlineContent, element: HtmlElement, style: InlineStyle): boolean {
  switch (element.tagName) {
    case 'br':
      content.buffer.addLineBreak();
      return true;
    case 'img':
      content.images.push({ element, link: style.link });
      return true;
    case 'input':
      content.buffer.addSpace();
      content.buffer.add(shownInput(element), style);
      content.buffer.addSpace();
      return true;
    case 'math':
      addMath(content.buffer, element, style);
      return true;
    default:
      return false;
  }
}

/** What a field of a form shows, or else its name, as Docling has it; a box is ticked or not. */
function shownInput(input: HtmlElement): string {
  const type = attribute(input, 'type')?.toLowerCase();
  if (type === 'hidden') return '';
  if (type === 'checkbox' || type === 'radio') return attribute(input, 'checked') === undefined ? '[ ]' : '[x]';
  const shown = type === 'password' ? ['placeholder', 'name'] : ['value', 'placeholder', 'alt', 'name'];
  return shown.map((name) => attribute(input, name)?.trim()).find((value) => value) ?? '';
}

/** A formula as its author wrote it, or else its symbols one by one. */
function addMath(buffer: InlineBuffer, math: HtmlElement, style: InlineStyle): void {
  const latex = latexOf(math);
  if (latex !== undefined) return buffer.add(latex, { ...style, formula: true });
  for (const element of elementsBelow(math.childNodes, ({ tagName }) => !tagName.startsWith('annotation'))) {
    for (const node of element.childNodes) {
      buffer.addSpace();
      addText(buffer, node, style);
    }
  }
  buffer.addSpace();
}

/** What the author of the formula wrote, if the page still has it. */
function latexOf(math: HtmlElement): string | undefined {
  for (const element of elementsBelow(math.childNodes)) {
    if (element.tagName === 'annotation' && /tex/i.test(attribute(element, 'encoding') ?? '')) {
      return (
        element.childNodes
          .map((node) => ('value' in node ? node.value : ''))
          .join('')
          .trim() || undefined
      );
    }
  }
  return attribute(math, 'alttext')?.trim() ?? undefined;
}

/** Text as it stands, for code: no white space collapsed, no markup seen. */
export function preformattedText(roots: readonly HtmlNode[]): string {
  let text = '';
  const waiting = [...roots].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isElement(node)) text += node.nodeName === '#text' && 'value' in node ? node.value : '';
    else if (node.tagName === 'br') text += '\n';
    else if (!isHidden(node)) pushReversed(waiting, node.childNodes);
  }
  return text.replaceAll('\u00A0', ' ').replace(/\r\n?/g, '\n').replace(/^\n+/, '').trimEnd();
}
