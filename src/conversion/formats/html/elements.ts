import type { HtmlElement, HtmlNode } from './parse.js';

const words = (list: string) => new Set(list.split(' '));

/** Never shown, or nothing that is text. */
const NOT_SHOWN = words(
  'head title meta link base script style template noscript canvas iframe frame object embed audio video datalist rp ' +
    'defs desc metadata symbol',
);

/** What begins and ends a line of its own, `text` in drawings; the rest flows within a line. */
const BLOCKS = words(
  'address article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption figure ' +
    'footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option p ' +
    'plaintext pre search section select summary table tbody td text textarea tfoot th thead tr caption ul xmp',
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

/** Whether a browser without script would show nothing of it, or only decoration. */
export function isHidden(element: HtmlElement): boolean {
  return NOT_SHOWN.has(element.tagName) || element.attrs.some((one) => hides(one.name, one.value, element));
}

function hides(name: string, value: string, element: HtmlElement): boolean {
  if (name === 'hidden') return value !== 'until-found';
  if (name === 'style') return /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)/i.test(value);
  // Within a line it is an icon, an anchor or a second copy; a whole block may stand behind a dialog.
  return name === 'aria-hidden' && value === 'true' && !isBlock(element);
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
