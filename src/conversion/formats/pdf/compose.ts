import { AppError } from '../../../errors.js';
import type { BoundingBox, GroupItem, ListItem, ParagraphItem, TextItem } from '../../document/docling-document.js';
import type { DocumentBuilder, TextOptions } from '../../document/document-builder.js';
import { LIMITS } from '../../limits.js';
import { folded } from './characters.js';
import type { Flow } from './flow.js';
import { contains, type Box } from './geometry.js';
import { joinLines } from './joined-text.js';
import type { ParagraphLabel } from './labels.js';
import type { Formula, Line, Link, Picture, RecognisedText, Table } from './model.js';
import type { FurnitureText, PageBlocks } from './page-blocks.js';
import { boxOf, LETTER_WIDTH, type Paragraph } from './paragraphs.js';

/** One page, ready to be written. */
export interface ComposedPage {
  readonly width: number;
  readonly height: number;
  readonly blocks: PageBlocks;
  readonly recognised: readonly RecognisedText[];
  readonly links: readonly Link[];
}

interface OpenList {
  readonly group: GroupItem;
  /** Where its items start, in points from the column's edge. */
  readonly indent: number;
  readonly last: ListItem;
}

/** Items whose indents differ by less are of one level, in points. */
const SAME_INDENT = 6;
const DEEPEST_LIST = 8;

/** Writes pages into a document. Throws AppError E305 when their tables have too many cells. */
export class Composer {
  private lists: OpenList[] = [];
  private links: readonly Link[] = [];
  private cells = 0;

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly flow: Flow,
  ) {}

  addPage(page: ComposedPage): void {
    this.builder.page(page.width, page.height);
    this.links = page.links;
    for (const block of page.blocks.flat()) {
      if (block.kind === 'paragraph') this.addParagraph(block);
      else if (block.kind === 'furniture') this.addFurniture(block);
      else if (block.kind === 'formula') this.addFormula(block);
      else this.addFloat(block);
    }
    for (const { text, box } of page.recognised) {
      this.lists = [];
      this.builder.addText('text', text, undefined, { box: toBoundingBox(box) });
    }
  }

  private addFurniture({ label, line }: FurnitureText): void {
    this.builder.addText(label, folded(line.text), undefined, { layer: 'furniture', box: toBoundingBox(line.box) });
  }

  private addFormula({ lines, box }: Formula): void {
    this.lists = [];
    const formula = this.builder.addFormula('', undefined, { box: toBoundingBox(box) });
    formula.orig = lines.map(({ text }) => text).join(' ');
  }

  private addFloat(block: Table | Picture): void {
    this.lists = [];
    const box = toBoundingBox(block.box);
    const caption = this.flow.captions.get(block);
    const item = block.kind === 'table' ? this.addTable(block, box) : this.addPicture(block, box);
    if (!caption) return;
    const { text, options } = this.textOf(caption);
    this.builder.addCaption(folded(text), item, options);
  }

  private addPicture({ inscriptions }: Picture, box: BoundingBox) {
    const picture = this.builder.addPicture(undefined, undefined, box);
    for (const line of inscriptions)
      this.builder.addText('text', folded(line.text), picture, { box: toBoundingBox(line.box) });
    return picture;
  }

  private addTable(table: Table, box: BoundingBox) {
    this.cells += table.rows.reduce((sum, row) => sum + row.length, 0);
    if (this.cells > LIMITS.cells) throw new AppError('E305', `The tables have more than ${LIMITS.cells} cells`);
    const rows = table.rows.map((row, index) =>
      row.map(({ text, rowSpan, colSpan }) => ({
        text: folded(joinLines([text])),
        rowSpan,
        colSpan,
        columnHeader: index === 0,
      })),
    );
    return this.builder.addTable(rows, undefined, box);
  }

  private addParagraph(paragraph: Paragraph): void {
    if (this.flow.absorbed.has(paragraph)) return;
    const label = this.flow.labels.get(paragraph) ?? { kind: 'text' };
    if (label.kind !== 'item') this.lists = [];
    const { text, options } = this.textOf(paragraph, label.kind === 'item' ? paragraph.marker?.rest : undefined);
    if (text === '') return;
    const item = this.addLabelled(label, paragraph, text, options);
    if (label.kind !== 'code') item.orig = text;
    for (const { paragraph: part, pageNo } of this.flow.continuations.get(paragraph) ?? [])
      item.prov.push({ page_no: pageNo, bbox: toBoundingBox(boxOf(part)), charspan: [0, item.text.length] });
  }

  private addLabelled(label: ParagraphLabel, paragraph: Paragraph, text: string, options: TextOptions): TextItem {
    switch (label.kind) {
      case 'heading':
        return this.builder.addHeading(label.level, folded(text), undefined, options);
      case 'code':
        return this.builder.addCode(codeOf(paragraph), 'unknown', undefined, options);
      case 'item':
        return this.addItem(paragraph, text, options);
      case 'text':
      case 'title':
      case 'caption':
      case 'footnote':
        return this.builder.addText(label.kind satisfies ParagraphItem['label'], folded(text), undefined, options);
    }
  }

  private addItem(paragraph: Paragraph, text: string, options: TextOptions): TextItem {
    const [first] = paragraph.lines;
    const { marker = '-', enumerated = false } = paragraph.marker ?? {};
    const start = first?.rightToLeft ? paragraph.right - first.box.x1 : (first?.box.x0 ?? 0) - paragraph.left;
    while ((this.lists.at(-1)?.indent ?? -Infinity) > start + SAME_INDENT) this.lists.pop();
    const current = this.lists.at(-1);
    const isSibling = current !== undefined && Math.abs(current.indent - start) <= SAME_INDENT;
    if (isSibling || this.lists.length >= DEEPEST_LIST) this.lists.pop();
    const isSameList = isSibling && (current.group.label === 'ordered_list') === enumerated;
    const group = isSameList ? current.group : this.openList(enumerated);
    const item = this.builder.addListItem(folded(text), group, marker, options);
    this.lists.push({ group, indent: start, last: item });
    return item;
  }

  private openList(enumerated: boolean): GroupItem {
    return this.builder.addGroup(enumerated ? 'ordered_list' : 'list', 'list', this.lists.at(-1)?.last);
  }

  /** The text of a paragraph with all its parts, unfolded, and where it stands; `firstLine` replaces its first line. */
  private textOf(paragraph: Paragraph, firstLine?: string): { text: string; options: TextOptions } {
    const parts = (this.flow.continuations.get(paragraph) ?? []).map((part) => part.paragraph);
    const [first, ...rest] = [paragraph, ...parts].flatMap(({ lines }) => lines.map((line) => line.text));
    const text = joinLines([firstLine ?? first ?? '', ...rest]);
    const url = this.linkOf(paragraph);
    return { text, options: { box: toBoundingBox(boxOf(paragraph)), ...(url && { hyperlink: url }) } };
  }

  /** The address that the whole paragraph links to. */
  private linkOf({ lines }: Paragraph): string | undefined {
    const urls = lines.map(({ box }) => {
      const link = this.links.find(
        (each) => contains(each.box, box.x0 + 1, middleOf(box)) && contains(each.box, box.x1 - 1, middleOf(box)),
      );
      return link?.url;
    });
    return urls.every((url) => url === urls[0]) ? urls[0] : undefined;
  }
}

function middleOf({ y0, y1 }: Box): number {
  return (y0 + y1) / 2;
}

function toBoundingBox({ x0, y0, x1, y1 }: Box): BoundingBox {
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return { l: rounded(x0), t: rounded(y0), r: rounded(x1), b: rounded(y1), coord_origin: 'TOPLEFT' };
}

/** The lines of a listing, indented as on the page, with its blank lines. */
function codeOf({ lines }: Paragraph): string {
  const left = Math.min(...lines.map(({ box }) => box.x0));
  const steps = lines.slice(1).map((line, index) => line.baseline - (lines[index]?.baseline ?? 0));
  const usual = Math.min(...steps.filter((step) => step > 0));
  return lines
    .map((line, index) => {
      const blank = index > 0 && (steps[index - 1] ?? 0) > 1.7 * usual ? '\n' : '';
      return blank + indentOf(line, left) + line.text;
    })
    .join('\n');
}

function indentOf({ box, size }: Line, left: number): string {
  return ' '.repeat(Math.max(0, Math.round((box.x0 - left) / (LETTER_WIDTH * size))));
}
