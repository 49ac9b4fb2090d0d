import type { DocumentNode } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { addChart, type Chart } from '../../package/chart.js';
import { plainText } from '../../package/inline-content.js';
import { addParagraph } from '../../package/inline-writer.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { ListWriter, type ListState } from './lists.js';
import { readParagraph, type ParagraphContent } from './paragraph.js';
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

/** Writes the blocks of `office:text` into the document. */
export class BodyWriter {
  private readonly lists: ListWriter;
  /** Notes cited so far, in the order of their marks. */
  private readonly notes: XmlElement[] = [];

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
    for (let index = 0; index < this.notes.length; index += 1) {
      const body = this.notes[index]?.child('text:note-body');
      const text = body ? this.lines(body).join('\n') : '';
      if (text !== '') this.builder.addText('footnote', `[${index + 1}] ${text}`);
    }
  }

  /** Blocks as lines of text, where the document has no place for structure. Their shapes go to `shapes`. */
  lines(parent: XmlElement, shapes: XmlElement[] = []): string[] {
    return parent.elements().flatMap((element) => {
      if (element.name === 'text:p' || element.name === 'text:h') {
        const content = this.read(element);
        for (const shape of content.shapes) shapes.push(shape);
        const text = plainText(content.inlines);
        return text === '' ? [] : [text];
      }
      if (element.name === 'table:table')
        return tableRows(element, (cell) => this.lines(cell, shapes).join(' ')).map((row) =>
          row.map(({ text }) => text).join(' '),
        );
      if (element.name === 'text:list') return element.elements().flatMap((item) => this.lines(item, shapes));
      return TRANSPARENT.has(element.name) ? this.lines(element, shapes) : [];
    });
  }

  private *writeBlocks(
    blocks: readonly XmlElement[],
    owner: DocumentNode | undefined,
  ): Generator<void, void, undefined> {
    let list: ListState | undefined;
    for (const block of blocks) {
      if (block.name === 'text:list') list = this.lists.write(block, owner, list);
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
    const isHeading = paragraph.name === 'text:h';
    for (const shape of content.shapes) this.writeShape(shape, owner);
    if (isHeading && text !== '') this.builder.addHeading(outlineLevel(paragraph), text, owner);
    else if (text !== '' && this.styles.isTitle(style)) this.builder.addText('title', text, owner);
    else if (text !== '' && this.styles.isSubtitle(style)) this.builder.addHeading(1, text, owner);
    else addParagraph(this.builder, 'text', content.inlines, owner);
    this.writeComments(content);
  }

  private writeTable(table: XmlElement, owner: DocumentNode | undefined): void {
    const shapes: XmlElement[] = [];
    const rows = tableRows(table, (cell) => this.lines(cell, shapes).join('\n'));
    if (rows.length === 0) return;
    this.builder.addTable(rows, owner);
    for (const shape of shapes) this.writeShape(shape, owner);
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
    return readParagraph(paragraph, this.styles, (note) => `[${this.notes.push(note)}]`);
  }
}

function outlineLevel(heading: XmlElement): number {
  const level = Number(heading.attribute('text:outline-level') ?? 1);
  return Number.isInteger(level) ? Math.min(Math.max(level, 1), 10) : 1;
}

function drain(steps: Generator<void, void, undefined>): void {
  while (!steps.next().done);
}
