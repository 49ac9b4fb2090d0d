import type { DocumentBuilder } from '../../document/document-builder.js';
import type { ContentLayer, DocumentNode, GroupItem, ListItem } from '../../document/docling-document.js';
import { LIMITS } from '../../limits.js';
import { codeLanguageOf } from './code-block.js';
import { CODE_BLOCKS, HEADINGS, LISTS, attribute, childElements, isBlock, isElement, isHidden } from './elements.js';
import { InlineBuffer, type InlineRun, type InlineStyle } from './inline-buffer.js';
import {
  addLeaf,
  addText,
  inlineContent,
  preformattedText,
  styleIn,
  type InlineContent,
  type InlineImage,
} from './inline-content.js';
import { ListNumbering } from './list-numbering.js';
import type { HtmlElement, HtmlNode } from './parse.js';
import { addItem, addParagraph, singleText } from './runs-to-document.js';
import { isLayoutTable, readTable } from './table-rows.js';

/** Tables in tables whose structure is kept; below it their text is. */
const TABLE_DEPTH = 4;

/** A place in a list; its item comes to be with its first text, or with what stands for it. */
interface ItemSlot {
  readonly list: GroupItem;
  readonly marker: string;
  item: ListItem | undefined;
  /** What was shown before that text. */
  readonly pictures: InlineImage[];
}

/** A part of the page that is furniture until a heading shows that it is not. */
interface Region {
  isFurniture: boolean;
}

/** Where the walk is; saved and restored around every element. */
interface Position {
  readonly parent: DocumentNode | undefined;
  /** Set within `<li>`; the item is the parent then. */
  readonly slot: ItemSlot | undefined;
  readonly region: Region;
  readonly style: InlineStyle;
  /** In lists and cells, headings are text: they head no section. */
  readonly headingsAreText: boolean;
  readonly tableDepth: number;
  readonly depth: number;
}

/** Walks a tree once, top to bottom, adds what it shows to a document, and empties the tree as it goes. */
export class HtmlMapper {
  private at: Position;
  private readonly line: InlineContent = { buffer: new InlineBuffer(), images: [] };

  /** `startsAsFurniture`: what stands before the first heading is furniture. */
  constructor(
    private readonly builder: DocumentBuilder,
    startsAsFurniture: boolean,
  ) {
    this.at = {
      parent: undefined,
      slot: undefined,
      region: { isFurniture: startsAsFurniture },
      style: {},
      headingsAreText: false,
      tableDepth: 0,
      depth: 0,
    };
  }

  readNodes(nodes: readonly HtmlNode[]): void {
    for (const node of nodes) this.readNode(node);
    this.endLine();
  }

  private readNode(node: HtmlNode): void {
    if (!isElement(node)) return addText(this.line.buffer, node, this.at.style);
    if (isHidden(node)) return;
    if (addLeaf(this.line, node, this.at.style)) return this.endPictureLine();
    if (this.at.depth >= LIMITS.depth) return this.flatten(node);
    const inner = { style: styleIn(node, this.at.style), depth: this.at.depth + 1 };
    if (!isBlock(node)) {
      this.within(inner, () => {
        for (const child of node.childNodes) this.readNode(child);
      });
    } else {
      this.endLine();
      this.within(inner, () => this.readBlock(node));
    }
    // Tree and document together are what takes most memory.
    node.childNodes = [];
  }

  private readBlock(element: HtmlElement): void {
    const { tagName } = element;
    if (HEADINGS.has(tagName) && !this.at.headingsAreText) this.readHeading(element);
    else if (LISTS.has(tagName)) this.readList(element);
    else if (tagName === 'dl') this.readDefinitions(element);
    else if (CODE_BLOCKS.has(tagName)) this.readCode(element);
    else if (tagName === 'table' && this.at.tableDepth < TABLE_DEPTH && !isLayoutTable(element)) {
      this.readTable(element);
    } else if (tagName === 'table' && this.at.tableDepth >= TABLE_DEPTH) this.flatten(element);
    else if (tagName === 'figure') this.readFigure(element);
    else if (tagName === 'select') this.flatten(element);
    else this.within({ region: this.regionOf(element) }, () => this.readNodes(element.childNodes));
    this.endLine();
  }

  private regionOf({ tagName, parentNode }: HtmlElement): Region {
    // The footer of a quotation names its author.
    const isPageFooter = tagName === 'footer' && parentNode?.nodeName !== 'blockquote' && !this.at.headingsAreText;
    return isPageFooter ? { isFurniture: true } : this.at.region;
  }

  /** All of an element's text into the line that is open. */
  private flatten(element: HtmlElement): void {
    const { buffer, images } = inlineContent([element], this.at.style);
    this.line.buffer.addSpace();
    this.line.buffer.addRuns(buffer.take());
    this.line.buffer.addSpace();
    for (const image of images) this.line.images.push(image);
  }

  private readHeading(element: HtmlElement): void {
    const { buffer, images } = inlineContent(element.childNodes, this.at.style);
    const { text, options } = singleText(buffer.take(), 'body');
    if (text !== '') {
      this.at.region.isFurniture = false;
      const level = Number(element.tagName.slice(1));
      if (level === 1) this.builder.addText('title', text, this.container(), options);
      else this.builder.addHeading(level - 1, text, this.container(), options);
    }
    for (const image of images) this.addPicture(image);
  }

  private readList(element: HtmlElement): void {
    const numbering = new ListNumbering(element);
    const list = this.addList(numbering.isOrdered);
    let last: ListItem | undefined;
    for (const child of element.childNodes) {
      if (isElement(child) ? isHidden(child) : !('value' in child && child.value.trim() !== '')) continue;
      if (isElement(child) && LISTS.has(child.tagName)) {
        // Strictly an error, commonly meant as part of the item before.
        this.within({ parent: last ?? list, slot: undefined }, () => this.readNode(child));
      } else {
        const item = isElement(child) && child.tagName === 'li' ? child : undefined;
        last = this.readItem(item?.childNodes ?? [child], list, numbering.markerOf(item)) ?? last;
      }
    }
  }

  /** Terms become items, and what is said of them items below. */
  private readDefinitions(element: HtmlElement): void {
    const list = this.addList(false);
    let term: ListItem | undefined;
    let definitions: GroupItem | undefined;
    const groups = childElements(element);
    for (const child of groups.flatMap((group) => (group.tagName === 'div' ? childElements(group) : [group]))) {
      if (child.tagName === 'dd' && term) {
        definitions ??= this.builder.addGroup('list', 'list', term, this.layer);
        this.readItem(child.childNodes, definitions, '-');
      } else {
        const style = child.tagName === 'dt' ? { ...this.at.style, bold: true } : this.at.style;
        term = this.within({ style }, () => this.readItem(child.childNodes, list, '-'));
        definitions = undefined;
      }
    }
  }

  private readItem(nodes: readonly HtmlNode[], list: GroupItem, marker: string): ListItem | undefined {
    const slot: ItemSlot = { list, marker, item: undefined, pictures: [] };
    const depth = this.at.depth + 1;
    this.within({ parent: list, slot, depth, headingsAreText: true }, () => {
      this.readNodes(nodes);
      if (slot.pictures.length > 0) this.openItem(slot, []);
    });
    return slot.item;
  }

  private addList(ordered: boolean): GroupItem {
    // A list is part of the item that it stands in, or of the list when the item has no text of its own.
    const parent = this.at.slot?.item ?? this.at.parent;
    const [label, name] = ordered ? (['ordered_list', 'ordered list'] as const) : (['list', 'list'] as const);
    return this.builder.addGroup(label, name, parent, this.layer);
  }

  private readCode(element: HtmlElement): void {
    const text = preformattedText(element.childNodes);
    if (text === '') return;
    this.builder.addCode(text, codeLanguageOf(element), this.container(), { layer: this.layer });
  }

  private readTable(element: HtmlElement): void {
    const { rows, rich, caption } = readTable(element);
    if (rows.length === 0) return;
    const table = this.builder.addTable(rows, this.container(), undefined, this.layer);
    this.addCaption(caption, table);
    rich.forEach((cell, index) => {
      const placed = table.data.table_cells[index];
      if (!cell || !placed) return;
      const group = this.builder.addGroup('unspecified', 'rich_cell_group', table, this.layer);
      placed.ref = { $ref: group.self_ref };
      const tableDepth = this.at.tableDepth + 1;
      this.within({ parent: group, slot: undefined, headingsAreText: true, tableDepth }, () =>
        this.readNodes(cell.childNodes),
      );
    });
  }

  private readFigure(element: HtmlElement): void {
    const caption = childElements(element).find(({ tagName }) => tagName === 'figcaption');
    const content = element.childNodes.filter((node) => node !== caption);
    const { buffer, images } = inlineContent(content);
    const [first, ...others] = images;
    if (first === undefined || buffer.take().length > 0) return this.readNodes(element.childNodes);
    this.addPicture(first, caption && inlineContent(caption.childNodes).buffer.take());
    for (const image of others) this.addPicture(image);
  }

  /** Ends the paragraph that inline content has made so far. */
  private endLine(): void {
    const runs = this.line.buffer.take();
    const images = this.line.images.splice(0);
    const { slot } = this.at;
    if (slot && !slot.item && runs.length === 0) {
      for (const image of images) slot.pictures.push(image);
      return;
    }
    if (runs.length > 0) {
      if (slot && !slot.item) this.openItem(slot, runs);
      else addParagraph(this.builder, runs, this.container(), this.layer);
    }
    for (const image of images) this.addPicture(image);
  }

  /** Adds a picture that begins a line before the line's text. */
  private endPictureLine(): void {
    if (this.line.images.length > 0 && this.line.buffer.isEmpty) this.endLine();
  }

  /** The caption is the figure's, or else the alternative text. */
  private addPicture({ element, link }: InlineImage, caption: readonly InlineRun[] = []): void {
    const alternative = attribute(element, 'alt')?.trim();
    const { layer } = this;
    const description = caption.length > 0 ? alternative : undefined;
    const picture = this.builder.addPicture(this.container(), description, undefined, 'picture', layer);
    if (caption.length > 0) this.addCaption(caption, picture);
    else if (alternative) this.builder.addCaption(alternative, picture, { layer, ...(link && { hyperlink: link }) });
  }

  private addCaption(runs: readonly InlineRun[], owner: Parameters<DocumentBuilder['addCaption']>[1]): void {
    const { text, options } = singleText(runs, owner.content_layer);
    if (text !== '') this.builder.addCaption(text, owner, options);
  }

  private get layer(): ContentLayer {
    return this.at.region.isFurniture ? 'furniture' : 'body';
  }

  /** What the next item is added to; an empty list item comes to be if there is none yet. */
  private container(): DocumentNode | undefined {
    const { slot, parent } = this.at;
    if (!slot) return parent;
    return slot.item ?? this.openItem(slot, []);
  }

  private openItem(slot: ItemSlot, runs: readonly InlineRun[]): ListItem {
    const item = addItem(this.builder, runs, slot.list, slot.marker, this.layer);
    slot.item = item;
    for (const picture of slot.pictures.splice(0)) this.addPicture(picture);
    return item;
  }

  private within<T>(change: Partial<Position>, read: () => T): T {
    const outer = this.at;
    this.at = { ...outer, ...change };
    try {
      return read();
    } finally {
      this.at = outer;
    }
  }
}
