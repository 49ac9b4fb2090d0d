import type { XmlElement } from '../../package/xml-tree.js';
import { plainText } from '../../package/inline-content.js';
import type { Numbering } from './numbering.js';
import { numberingOf, readParagraph, type PartContext } from './paragraph.js';
import { cellsOf, rowsOf } from './tables.js';

/** Block-level wrappers whose content stands as if they were not there. */
export const TRANSPARENT_BLOCKS: ReadonlySet<string> = new Set([
  'w:sdtContent',
  'w:customXml',
  'w:ins',
  'w:moveTo',
  'mc:Choice',
]);

/** Reads blocks as lines of text, where the document has no place for structure: cells, notes, comments, headers. */
export class PlainTextReader {
  constructor(
    private readonly context: PartContext,
    private readonly numbering: Numbering,
  ) {}

  lines(parent: XmlElement): string[] {
    return parent.elements().flatMap((element) => {
      if (element.name === 'w:p') return this.paragraph(element);
      if (element.name === 'w:tbl') return rowsOf(element).map((row) => this.row(row));
      if (element.name === 'w:sdt') return this.lines(element.child('w:sdtContent') ?? element);
      if (element.name === 'mc:AlternateContent') return this.lines(element.child('mc:Choice') ?? element);
      return TRANSPARENT_BLOCKS.has(element.name) ? this.lines(element) : [];
    });
  }

  private row(row: XmlElement): string {
    return cellsOf(row)
      .map((cell) => this.lines(cell).join('\n'))
      .join(' ');
  }

  private paragraph(paragraph: XmlElement): string[] {
    const content = readParagraph(paragraph, this.context);
    const reference = numberingOf(paragraph, this.context.styles, this.numbering);
    const number = reference && this.numbering.next(reference);
    const formulas = content.formulas.map((latex) => `$${latex}$`);
    const text = [plainText(content.inlines), ...formulas].filter(Boolean).join(' ');
    const drawn = content.pictures.flatMap(({ lines }) => lines);
    const floating = [...drawn, ...content.textBoxes.flatMap((box) => this.lines(box))];
    if (text === '') return floating;
    return [...floating, number ? `${number.ordered ? number.marker : '-'} ${text}` : text];
  }
}
