import type { DocumentNode, TableItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { addChart, type Chart } from '../../package/chart.js';
import { plainText } from '../../package/inline-content.js';
import { addParagraph } from '../../package/inline-writer.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { ListWriter, type ListState } from './lists.js';
import { readParagraph, type ParagraphContent } from './paragraph.js';
import { isRich } from './rich-cell.js';
import type { StyleSheet } from './styles.js';
import { tableRows } from './tables.js';

/** Block-level wrappers whose content stands as if they were not there. */
const TRANSPARENT = new Set([
  'text:section',
  'text:index-body',
  'text:index-title',
  'text:illustration-index',
  'text:table-index',
  'text:object-index',
  'text:user-index',
  'text:alphabetical-index',
  'text:bibliography',
  'text:numbered-paragraph',
  'draw:text-box',
]);

/** Shapes that hold other shapes or text. */
const SHAPES = new Set(['draw:a', 'draw:g', 'draw:custom-shape', 'draw:rect', 'draw:ellipse', 'draw:text-box']);

/** Tables in tables whose structure is kept; below it their text is. */
const TABLE_DEPTH = 4;

/** Writes the blocks of `office:text` into the document. */
export class BodyWriter {
  private readonly lists: ListWriter;
  /** Notes cited so far and their marks, in order. */
  private readonly notes = new Map<XmlElement, string>();
  private tableDepth = 0;

  /** `charts` are the package's embedded charts, by the address under which a frame names them. */
  constructor(
    private readonly builder: DocumentBuilder,
    private readonly styles: StyleSheet,
    private readonly charts: ReadonlyMap<string, Chart>,
  ) {
    this.lists = new ListWriter(builder, styles, {
      read: (paragraph) => this.read(paragraph),
      writeAttached: (content, owner) => {
        this.writeAttached(content, owner);
      },
      writeBlock: (block, owner) => {
        drain(this.writeBlocks([block], owner));
      },
    });
  }

  /** All blocks of `parent`, then the notes that they cite. Resumes after each block, so that the caller can pause. */
  *write(parent: XmlElement): Generator<void, void, undefined> {
    yield* this.writeBlocks(parent.elements(), undefined);
    for (const [note, mark] of this.notes) {
      const body = note.child('text:note-body');
      const text = body ? this.lines(body).join('\n') : '';
      if (text !== '') this.builder.addText('footnote', `${mark} ${text}`);
    }
  }

  /** Blocks as lines of text, where the document has no place for structure. */
  lines(parent: XmlElement): string[] {
    return parent.elements().flatMap((element) => {
      if (element.name === 'text:p' || element.name === 'text:h') {
        const text = plainText(this.read(element).inlines);
        return text === '' ? [] : [text];
      }
      if (element.name === 'table:table')
        return tableRows(element, (cell) => this.lines(cell).join(' ')).map((row) =>
          row.map(({ text }) => text).join(' '),
        );
      if (element.name === 'text:list') return element.elements().flatMap((item) => this.lines(item));
      return TRANSPARENT.has(element.name) ? this.lines(element) : [];
    });
  }

  private *writeBlocks(
    blocks: readonly XmlElement[],
    owner: DocumentNode | undefined,
  ): Generator<void, void, undefined> {
    let list: ListState | undefined;
    for (const block of blocks) {
      if (block.name === 'text:list' && numbersHeadings(block)) {
        list = undefined;
        for (const item of block.elements()) yield* this.writeBlocks(item.elements(), owner);
      } else if (block.name === 'text:list') list = this.lists.write(block, owner, list);
      else {
        // Soft page breaks and the like do not part a list.
        if (['text:p', 'text:h', 'table:table'].includes(block.name)) list = undefined;
        if (block.name === 'text:p' || block.name === 'text:h') this.writeParagraph(block, owner);
        else if (block.name === 'table:table') this.writeTable(block, owner);
        else if (block.name.startsWith('draw:')) this.writeShape(block, owner);
        else if (TRANSPARENT.has(block.name)) yield* this.writeBlocks(block.elements(), owner);
      }
      yield;
    }
  }

  private writeParagraph(paragraph: XmlElement, owner: DocumentNode | undefined): void {
    const content = this.read(paragraph);
    const style = paragraph.attribute('text:style-name');
    const text = plainText(content.inlines);
    const level = this.headingLevel(paragraph);
    for (const shape of content.shapes) this.writeShape(shape, owner);
    if (level !== undefined && text !== '') this.builder.addHeading(level, text, owner);
    else if (text !== '' && this.styles.isTitle(style)) this.builder.addText('title', text, owner);
    else if (text !== '' && this.styles.isSubtitle(style)) this.builder.addHeading(1, text, owner);
    else addParagraph(this.builder, 'text', content.inlines, owner);
    this.writeComments(content);
  }

  private headingLevel(paragraph: XmlElement): number | undefined {
    const own = paragraph.name === 'text:h' ? (paragraph.attribute('text:outline-level') ?? 1) : undefined;
    const level = Number(own ?? this.styles.outlineLevel(paragraph.attribute('text:style-name')));
    if (Number.isInteger(level)) return Math.min(Math.max(level, 1), 10);
    return own === undefined ? undefined : 1;
  }

  private writeTable(table: XmlElement, owner: DocumentNode | undefined): void {
    const rows = tableRows(table, (cell) => this.lines(cell).join('\n'));
    if (rows.length === 0) return;
    const item = this.builder.addTable(rows, owner);
    if (this.tableDepth >= TABLE_DEPTH) return;
    rows.flat().forEach(({ element }, index) => {
      if (isRich(element, this.styles)) this.writeCell(element, item, index);
    });
  }

  private writeCell(element: XmlElement, table: TableItem, index: number): void {
    const placed = table.data.table_cells[index];
    if (!placed) return;
    const group = this.builder.addGroup('unspecified', 'rich_cell_group', table);
    placed.ref = { $ref: group.self_ref };
    this.tableDepth += 1;
    drain(this.writeBlocks(element.elements(), group));
    this.tableDepth -= 1;
  }

  private writeAttached(content: ParagraphContent, owner: DocumentNode): void {
    for (const shape of content.shapes) this.writeShape(shape, owner);
    this.writeComments(content);
  }

  private writeShape(shape: XmlElement, owner: DocumentNode | undefined): void {
    if (shape.name === 'draw:frame') this.writeFrame(shape, owner);
    else if (shape.name === 'draw:text-box') drain(this.writeBlocks(shape.elements(), this.boxGroup(owner)));
    else if (SHAPES.has(shape.name)) {
      const inner = shape.elements().filter(({ name }) => name.startsWith('draw:'));
      for (const one of inner) this.writeShape(one, owner);
      const texts = shape.elements('text:p');
      if (texts.some(({ text }) => text.trim() !== '')) drain(this.writeBlocks(texts, this.boxGroup(owner)));
    }
  }

  /** A frame holds one thing in one or several forms, the best first. */
  private writeFrame(frame: XmlElement, owner: DocumentNode | undefined): void {
    const description = frame.child('svg:desc')?.text ?? frame.child('svg:title')?.text;
    const chart = this.charts.get(frame.child('draw:object')?.attribute('xlink:href') ?? '');
    const box = frame.child('draw:text-box');
    if (chart) addChart(this.builder, chart, { ...(owner && { parent: owner }), description });
    else if (box) this.writeShape(box, owner);
    else if (frame.child('draw:image')) this.builder.addPicture(owner, description);
  }

  private boxGroup(owner: DocumentNode | undefined): DocumentNode {
    return this.builder.addGroup('section', 'textbox', owner);
  }

  private writeComments({ comments }: ParagraphContent): void {
    for (const comment of comments) {
      const text = this.lines(comment).join('\n');
      if (text === '') continue;
      const [author, time] = [comment.child('dc:creator')?.text, comment.child('dc:date')?.text];
      const origin = [author && `author: ${author}`, time && `time: ${time}`].filter(Boolean).join(', ');
      const group = this.builder.addGroup('comment_section', 'comment', undefined, 'notes');
      this.builder.addText('text', origin === '' ? text : `[${origin}]: ${text}`, group, { layer: 'notes' });
    }
  }

  private read(paragraph: XmlElement): ParagraphContent {
    return readParagraph(paragraph, this.styles, (note) => {
      const mark = this.notes.get(note) ?? `[${this.notes.size + 1}]`;
      this.notes.set(note, mark);
      return mark;
    });
  }
}

/** A list that is there only to number headings. */
function numbersHeadings(list: XmlElement): boolean {
  const leads = list.elements().map((item) => item.elements()[0]);
  return (
    leads.length > 0 &&
    leads.every((lead) => lead?.name === 'text:h' || (lead?.name === 'text:list' && numbersHeadings(lead)))
  );
}

function drain(steps: Generator<void, void, undefined>): void {
  while (!steps.next().done);
}
