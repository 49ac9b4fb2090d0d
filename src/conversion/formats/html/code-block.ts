import { attribute, childElements } from './elements.js';
import type { HtmlElement } from './parse.js';

/** How generators of pages mark the language of a `<pre>`, there or on the `<code>` in it. */
const LANGUAGE_CLASS = /(?:^|\s)(?:language|lang|highlight-source|highlight|brush:)-?\s*([\w+#-]+)/;

/** What the page calls the language of a code block, if it says. */
export function codeLanguageOf(element: HtmlElement): string | undefined {
  const [only] = childElements(element);
  for (const candidate of [element, only]) {
    const found = LANGUAGE_CLASS.exec((candidate && attribute(candidate, 'class')) ?? '')?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
