import type { DocumentNode } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { addChart } from '../../package/chart.js';
import { plainText } from '../../package/inline-content.js';
import { addParagraph } from '../../package/inline-writer.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { CellReader, textBelow } from './cells.js';
import { CodeWriter, looksLikeCode } from './code.js';
import type { Picture } from './drawings.js';
import { ListWriter, type ListPlace } from './lists.js';
import type { ListNumber, Numbering } from './numbering.js';
import { numberingOf, readParagraph, styleOf, type ParagraphContent, type PartContext } from './paragraph.js';
import { PlainTextReader, TRANSPARENT_BLOCKS } from './plain-text.js';
import { cellsOf, readTable, rowsOf } from './tables.js';

const TICK_BOX = /^[☐☒]\s*/u;
/** Tables in tables whose structure is kept; below it their text is. */
const TABLE_DEPTH = 4;
/** Cells of a table whose formatting is kept: it takes an item for each. */
const MOST_FORMATTED = 20_000;

/** Where blocks are written: below which node, and what is open there. */
interface Place {
  readonly owner: DocumentNode | undefined;
  readonly lists: ListWriter;
  readonly code: CodeWriter;
  /** Tables around it. */
  readonly tableDepth: number;
}

type Steps = Generator<void, void, undefined>;

/** Writes the blocks of `document.xml`, or of any part with paragraphs and tables, into the document. */
export class BodyWriter {
  private readonly cells: CellReader;

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly context: PartContext,
    private readonly numbering: Numbering,
    plain: PlainTextReader,
  ) {
    this.cells = new CellReader(context, numbering, plain);
  }

  /** All blocks below `parent`, in order. Resumes after each one, so that the caller can pause. */
  *write(parent: XmlElement, owner?: DocumentNode, tableDepth = 0): Steps {
    const { builder } = this;
    const code = new CodeWriter(builder, owner);
    yield* this.writeBlocks(parent, { owner, lists: new ListWriter(builder, owner), code, tableDepth });
    code.close();
  }

  private *writeBlocks(parent: XmlElement, place: Place): Steps {
    for (const element of parent.elements()) {
      if (element.name === 'w:p') this.writeParagraph(element, place);
      else if (element.name === 'w:tbl') yield* this.writeTable(element, place);
      else if (element.name === 'w:sdt') yield* this.writeBlocks(element.child('w:sdtContent') ?? element, place);
      else if (element.name === 'mc:AlternateContent')
        yield* this.writeBlocks(element.child('mc:Choice') ?? element, place);
      else if (TRANSPARENT_BLOCKS.has(element.name)) yield* this.writeBlocks(element, place);
      yield;
    }
  }

  private writeParagraph(paragraph: XmlElement, place: Place): void {
    const content = readParagraph(paragraph, this.context);
    const reference = numberingOf(paragraph, this.context.styles, this.numbering);
    const number = reference && this.numbering.next(reference);
    if (this.isCode(paragraph, content, place, reference)) {
      place.lists.close();
      this.writeFloating(content, place);
      place.code.add(content.raw);
      return;
    }
    if (isEmpty(content)) return;
    place.code.close();
    const isHeading = this.writeHeading(styleOf(paragraph), content, number, place);
    if (isHeading) return;
    if (reference && number) {
      this.writeListItem(content, reference, number, place);
      return;
    }
    place.lists.close();
    this.writeFloating(content, place);
    this.writeText(content, place.owner);
    for (const latex of content.formulas) this.builder.addFormula(latex, place.owner);
  }

  private isCode(
    paragraph: XmlElement,
    { raw, checkbox, formulas }: ParagraphContent,
    { code, tableDepth }: Place,
    reference: ListPlace | undefined,
  ): boolean {
    const { styles } = this.context;
    const style = styleOf(paragraph);
    if (checkbox !== undefined || formulas.length > 0) return false;
    if (styles.isCode(style)) return styles.headingLevel(style) === undefined;
    if (tableDepth > 0 || reference || styles.headingLevel(style) !== undefined) return false;
    return looksLikeCode(paragraph, raw, styles, code.isOpen);
  }

  /** Returns false for what is no heading; in cells, headings are text: they head no section. */
  private writeHeading(
    style: string | undefined,
    content: ParagraphContent,
    number: ListNumber | undefined,
    place: Place,
  ): boolean {
    const { owner, lists, tableDepth } = place;
    const title = this.context.styles.isTitle(style);
    const level = title ? undefined : this.context.styles.headingLevel(style);
    if (tableDepth > 0 || (!title && level === undefined)) return false;
    lists.close();
    this.writeFloating(content, place);
    const text = plainText(content.inlines);
    const numbered = number?.label ? `${number.label} ${text}` : text;
    if (text !== '' && title) this.builder.addText('title', numbered, owner);
    else if (text !== '') this.builder.addHeading(level ?? 1, numbered, owner);
    for (const latex of content.formulas) this.builder.addFormula(latex, owner);
    return true;
  }

  private writeText({ inlines, checkbox }: ParagraphContent, owner: DocumentNode | undefined): void {
    if (checkbox !== undefined) {
      const label = checkbox ? 'checkbox_selected' : 'checkbox_unselected';
      this.builder.addText(label, plainText(inlines).replace(TICK_BOX, ''), owner);
    } else if (inlines.every((inline) => inline.kind === 'formula')) {
      for (const inline of inlines) this.builder.addFormula(inline.latex, owner);
    } else addParagraph(this.builder, 'text', inlines, owner);
  }

  private writeListItem(content: ParagraphContent, reference: ListPlace, number: ListNumber, place: Place): void {
    const { inlines, formulas } = content;
    if (inlines.length === 0 && formulas.length === 0) {
      place.lists.close();
      this.writeFloating(content, place);
      return;
    }
    const all = [...inlines, ...formulas.map((latex) => ({ kind: 'formula' as const, latex }))];
    const owner = place.lists.add(reference, number, all);
    this.writeFloating(content, { ...place, owner });
  }

  /** Text boxes and pictures that are anchored in a paragraph. */
  private writeFloating(
    { textBoxes, pictures }: Pick<ParagraphContent, 'textBoxes' | 'pictures'>,
    { owner, tableDepth }: Place,
  ): void {
    for (const box of textBoxes) drain(this.write(box, this.builder.addGroup('section', 'textbox', owner), tableDepth));
    for (const picture of pictures) this.addPicture(picture, owner);
  }

  private addPicture({ description, chart, lines }: Picture, owner: DocumentNode | undefined): void {
    if (chart) addChart(this.builder, chart, { ...(owner && { parent: owner }), description });
    else this.builder.addPicture(owner, description);
    if (lines.length === 0) return;
    const group = this.builder.addGroup('section', 'shape-text', owner);
    for (const line of lines) this.builder.addText('text', line, group);
  }

  private *writeTable(table: XmlElement, place: Place): Steps {
    place.code.close();
    place.lists.close();
    const rows = rowsOf(table);
    const [onlyRow, ...moreRows] = rows;
    const [onlyCell, ...moreCells] = onlyRow ? cellsOf(onlyRow) : [];
    if (!onlyCell) return;
    // A table of one cell is a frame around ordinary text.
    if (moreRows.length === 0 && moreCells.length === 0) {
      yield* this.writeBlocks(onlyCell, place);
      place.code.close();
      place.lists.close();
    } else yield* this.writeCells(table, place);
  }

  private *writeCells(table: XmlElement, { owner, tableDepth }: Place): Steps {
    const rich = new Set<XmlElement>();
    let count = 0;
    const { rows, cells } = readTable(table, (cell) => {
      count += 1;
      const text =
        tableDepth < TABLE_DEPTH ? this.cells.plainText(cell, count <= MOST_FORMATTED) : this.cells.allText(cell);
      if (text === undefined) rich.add(cell);
      return text ?? '';
    });
    const item = this.builder.addTable(rows, owner);
    for (const [index, cell] of cells.entries()) {
      const placed = item.data.table_cells[index];
      if (!cell || !placed || !rich.has(cell)) continue;
      const group = this.builder.addGroup('unspecified', 'rich_cell_group', item);
      placed.ref = { $ref: group.self_ref };
      yield* this.write(cell, group, tableDepth + 1);
      placed.text = textBelow(this.builder.document, group);
    }
  }
}

function isEmpty(content: ParagraphContent): boolean {
  const { inlines, formulas, pictures, textBoxes } = content;
  return inlines.length + formulas.length + pictures.length + textBoxes.length === 0;
}

/** Runs a writing to its end without pauses. */
function drain(steps: Steps): void {
  while (!steps.next().done);
}
