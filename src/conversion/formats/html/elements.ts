import type { HtmlElement, HtmlNode } from './parse.js';

const words = (list: string) => new Set(list.split(' '));

/** Never shown, or nothing that is text. */
const NOT_SHOWN = words(
  'head title meta link base script style template noscript svg canvas iframe frame object embed audio video datalist rp',
);

/** What begins and ends a line of its own; the rest flows within a line. */
const BLOCKS = words(
  'address article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption figure ' +
    'footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option p ' +
    'plaintext pre search section select summary table tbody td textarea tfoot th thead tr caption ul xmp',
);

export const HEADINGS = words('h1 h2 h3 h4 h5 h6');
export const LISTS = words('ul ol menu dir');
export const CODE_BLOCKS = words('pre listing xmp plaintext');

export function isElement(node: HtmlNode): node is HtmlElement {
  return 'tagName' in node;
}

export function isBlock(element: HtmlElement): boolean {
  return BLOCKS.has(element.tagName);
}

export function attribute(element: HtmlElement, name: string): string | undefined {
  return element.attrs.find((candidate) => candidate.name === name)?.value;
}

/** Whether a browser without script would show nothing of it. */
export function isHidden(element: HtmlElement): boolean {
  if (NOT_SHOWN.has(element.tagName)) return true;
  return element.attrs.some(
    ({ name, value }) =>
      (name === 'hidden' && value !== 'until-found') || (name === 'style' && /display\s*:\s*none/i.test(value)),
  );
}

/** The elements among the children that are shown. */
export function childElements(parent: { childNodes: readonly HtmlNode[] }): HtmlElement[] {
  return parent.childNodes.filter((node): node is HtmlElement => isElement(node) && !isHidden(node));
}

/** Shown elements below `roots` in document order, `roots` included. Whatever `enter` refuses is passed over with all below. */
export function* elementsBelow(
  roots: readonly HtmlNode[],
  enter: (element: HtmlElement) => boolean = () => true,
): Generator<HtmlElement> {
  const waiting = [...roots].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isElement(node) || isHidden(node) || !enter(node)) continue;
    yield node;
    for (let index = node.childNodes.length - 1; index >= 0; index -= 1) {
      const child = node.childNodes[index];
      if (child) waiting.push(child);
    }
  }
}
