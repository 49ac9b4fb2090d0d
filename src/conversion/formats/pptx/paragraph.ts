import { InlineContent, type Inline } from '../../package/inline-content.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { latexFromOmml } from '../../package/equations.js';

/** The pieces of an `a:p`; a line break is a space, as in Docling. */
export function paragraphInlines(paragraph: XmlElement): Inline[] {
  const content = new InlineContent();
  for (const element of paragraph.elements()) {
    const text = element.name === 'a:br' ? ' ' : element.child('a:t')?.text;
    if (text !== undefined) content.addText(text.replace(/[\n\v]/g, ' '), {}, undefined);
    else for (const equation of element.descendants('m:oMath')) content.addFormula(latexFromOmml(equation));
  }
  return content.trimmed();
}
