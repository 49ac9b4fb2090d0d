import type { XmlElement } from '../../package/xml-tree.js';
import { plainText } from '../../package/inline-content.js';
import type { Numbering } from './numbering.js';
import { numberingOf, readParagraph, type PartContext, type Picture } from './paragraph.js';
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

  /** Pictures among the blocks are handed to `pictures`. */
  lines(parent: XmlElement, pictures: Picture[] = []): string[] {
    return parent.elements().flatMap((element) => {
      if (element.name === 'w:p') return this.paragraph(element, pictures);
      if (element.name === 'w:tbl') return rowsOf(element).map((row) => this.row(row, pictures));
      if (element.name === 'w:sdt') return this.lines(element.child('w:sdtContent') ?? element, pictures);
      if (element.name === 'mc:AlternateContent') return this.lines(element.child('mc:Choice') ?? element, pictures);
      return TRANSPARENT_BLOCKS.has(element.name) ? this.lines(element, pictures) : [];
    });
  }

  private row(row: XmlElement, pictures: Picture[]): string {
    return cellsOf(row)
      .map((cell) => this.lines(cell, pictures).join('\n'))
      .join(' ');
  }

  private paragraph(paragraph: XmlElement, pictures: Picture[]): string[] {
    const content = readParagraph(paragraph, this.context);
    const reference = numberingOf(paragraph, this.context.styles, this.numbering);
    const number = reference && this.numbering.next(reference);
    for (const picture of content.pictures) pictures.push(picture);
    const formulas = content.formulas.map((latex) => `$${latex}$`);
    const text = [plainText(content.inlines), ...formulas].filter(Boolean).join(' ');
    const boxes = content.textBoxes.flatMap((box) => this.lines(box, pictures));
    if (text === '') return boxes;
    return [...boxes, number ? `${number.ordered ? number.marker : '-'} ${text}` : text];
  }
}
