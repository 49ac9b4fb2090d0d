import type { DocumentNode } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { plainText } from '../../package/inline-content.js';
import { addParagraph } from '../../package/inline-writer.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { ListWriter } from './lists.js';
import type { ListNumber, Numbering } from './numbering.js';
import {
  numberingOf,
  readParagraph,
  styleOf,
  type ParagraphContent,
  type PartContext,
  type Picture,
} from './paragraph.js';
import { PlainTextReader, TRANSPARENT_BLOCKS } from './plain-text.js';
import type { NumberingReference } from './styles.js';
import { cellsOf, rowsOf, tableRows } from './tables.js';

const TICK_BOXES = /^[☐☑☒□■▪▫]\s*/u;

/** Writes the blocks of `document.xml`, or of any part with paragraphs and tables, into the document. */
export class BodyWriter {
  constructor(
    private readonly builder: DocumentBuilder,
    private readonly context: PartContext,
    private readonly numbering: Numbering,
    private readonly plain: PlainTextReader,
  ) {}

  /** All blocks below `parent`, in order. Resumes after each top-level one, so that the caller can pause. */
  *write(parent: XmlElement, owner?: DocumentNode): Generator<void, void, undefined> {
    yield* this.writeBlocks(parent, owner, new ListWriter(this.builder, owner));
  }

  private *writeBlocks(
    parent: XmlElement,
    owner: DocumentNode | undefined,
    lists: ListWriter,
  ): Generator<void, void, undefined> {
    for (const element of parent.elements()) {
      if (element.name === 'w:p') this.writeParagraph(element, owner, lists);
      else if (element.name === 'w:tbl') yield* this.writeTable(element, owner, lists);
      else if (element.name === 'w:sdt')
        yield* this.writeBlocks(element.child('w:sdtContent') ?? element, owner, lists);
      else if (element.name === 'mc:AlternateContent')
        yield* this.writeBlocks(element.child('mc:Choice') ?? element, owner, lists);
      else if (TRANSPARENT_BLOCKS.has(element.name)) yield* this.writeBlocks(element, owner, lists);
      yield;
    }
  }

  private writeParagraph(paragraph: XmlElement, owner: DocumentNode | undefined, lists: ListWriter): void {
    const content = readParagraph(paragraph, this.context);
    const style = styleOf(paragraph);
    const heading = this.context.styles.headingLevel(style);
    const title = heading === undefined && this.context.styles.isTitle(style);
    const reference = numberingOf(paragraph, this.context.styles, this.numbering);
    const number = reference && this.numbering.next(reference);
    if (isEmpty(content)) return;
    if (reference && number && heading === undefined && !title) {
      this.writeListItem(content, reference, number, owner, lists);
      return;
    }
    lists.close();
    this.writeFloating(content, owner);
    const text = plainText(content.inlines);
    if (heading !== undefined || title) {
      const numbered = number?.label ? `${number.label} ${text}` : text;
      if (text !== '' && title) this.builder.addText('title', numbered, owner);
      else if (text !== '') this.builder.addHeading(heading ?? 1, numbered, owner);
    } else this.writeText(content, owner);
    for (const latex of content.formulas) this.builder.addFormula(latex, owner);
  }

  private writeText(content: ParagraphContent, owner: DocumentNode | undefined): void {
    const { inlines, checkbox } = content;
    if (checkbox !== undefined) {
      const label = checkbox ? 'checkbox_selected' : 'checkbox_unselected';
      this.builder.addText(label, plainText(inlines).replace(TICK_BOXES, ''), owner);
    } else if (inlines.every((inline) => inline.kind === 'formula')) {
      for (const inline of inlines) this.builder.addFormula(inline.latex, owner);
    } else addParagraph(this.builder, 'text', inlines, owner);
  }

  private writeListItem(
    content: ParagraphContent,
    reference: NumberingReference,
    number: ListNumber,
    owner: DocumentNode | undefined,
    lists: ListWriter,
  ): void {
    const { inlines, formulas, pictures } = content;
    if (inlines.length === 0 && formulas.length === 0) {
      lists.close();
      this.writeFloating(content, owner);
      return;
    }
    const all = [...inlines, ...formulas.map((latex) => ({ kind: 'formula' as const, latex }))];
    const item = lists.add(reference, number, all);
    this.writeFloating({ textBoxes: content.textBoxes, pictures }, item);
  }

  /** Text boxes and pictures that are anchored in a paragraph. */
  private writeFloating(
    { textBoxes, pictures }: Pick<ParagraphContent, 'textBoxes' | 'pictures'>,
    owner: DocumentNode | undefined,
  ): void {
    for (const box of textBoxes) drain(this.write(box, this.builder.addGroup('section', 'textbox', owner)));
    for (const picture of pictures) this.addPicture(picture, owner);
  }

  private addPicture({ kind, description }: Picture, owner: DocumentNode | undefined): void {
    this.builder.addPicture(owner, description, undefined, kind);
  }

  private *writeTable(
    table: XmlElement,
    owner: DocumentNode | undefined,
    lists: ListWriter,
  ): Generator<void, void, undefined> {
    lists.close();
    const rows = rowsOf(table);
    const [onlyRow, ...moreRows] = rows;
    const [onlyCell, ...moreCells] = onlyRow ? cellsOf(onlyRow) : [];
    if (!onlyCell) return;
    // A table of one cell is a frame around ordinary text.
    if (moreRows.length === 0 && moreCells.length === 0) {
      yield* this.writeBlocks(onlyCell, owner, lists);
      lists.close();
      return;
    }
    const pictures: Picture[] = [];
    this.builder.addTable(
      tableRows(table, (cell) => this.plain.lines(cell, pictures).join('\n')),
      owner,
    );
    for (const picture of pictures) this.addPicture(picture, owner);
  }
}

function isEmpty(content: ParagraphContent): boolean {
  const { inlines, formulas, pictures, textBoxes } = content;
  return inlines.length + formulas.length + pictures.length + textBoxes.length === 0;
}

/** Runs a writing to its end without pauses. */
function drain(steps: Generator<void, void, undefined>): void {
  while (!steps.next().done);
}
