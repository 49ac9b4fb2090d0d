import type { DocumentNode, GroupItem, ListItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { addListItem } from '../../package/inline-writer.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ParagraphContent } from './paragraph.js';
import type { StyleSheet } from './styles.js';

/** A list as it stands after its last item. */
export interface ListState {
  readonly group: GroupItem;
  readonly ordered: boolean;
  count: number;
  lastItem: ListItem | undefined;
}

/** How list items reach what else a document holds. */
export interface ItemContent {
  /** Reads a paragraph of an item. */
  readonly read: (paragraph: XmlElement) => ParagraphContent;
  /** Writes shapes and comments of a paragraph below an item. */
  readonly writeAttached: (content: ParagraphContent, owner: DocumentNode) => void;
  /** Writes any other block below an item. */
  readonly writeBlock: (block: XmlElement, owner: DocumentNode) => void;
}

/** Writes `text:list` elements as nested groups. */
export class ListWriter {
  /** By `xml:id`, for lists that continue an earlier one. */
  private readonly known = new Map<string, ListState>();

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly styles: StyleSheet,
    private readonly content: ItemContent,
  ) {}

  /**
   * Writes an outermost list below `owner`. `before` is the list that ended just above it, which a
   * list that begins with a deeper level goes on with.
   */
  write(list: XmlElement, owner: DocumentNode | undefined, before: ListState | undefined): ListState | undefined {
    return this.writeList(list, owner, { level: 1, style: undefined, before });
  }

  private writeList(
    list: XmlElement,
    owner: DocumentNode | undefined,
    context: { level: number; style: string | undefined; before: ListState | undefined },
  ): ListState | undefined {
    const { level, before } = context;
    const style = list.attribute('text:style-name') ?? context.style;
    const items = list.elements().filter(({ name }) => name === 'text:list-item' || name === 'text:list-header');
    let state = before && items[0] && beginsDeeper(items[0]) ? before : undefined;
    for (const item of items) {
      let blocks = item.elements();
      if (!beginsDeeper(item)) {
        state ??= this.begin(list, owner, style, level);
        this.addItem(state, item);
        blocks = blocks.slice(1);
      }
      for (const block of blocks) {
        if (block.name === 'text:list')
          this.writeList(block, state?.lastItem ?? owner, { level: level + 1, style, before: undefined });
        else if (state?.lastItem) this.content.writeBlock(block, state.lastItem);
      }
    }
    const id = list.attribute('xml:id');
    if (state && id !== undefined) this.known.set(id, state);
    return state;
  }

  private begin(
    list: XmlElement,
    owner: DocumentNode | undefined,
    style: string | undefined,
    level: number,
  ): ListState {
    const { ordered = false, start = 1 } = this.styles.listLevel(style, level) ?? {};
    const continued = this.known.get(list.attribute('text:continue-list') ?? '');
    const group = this.builder.addGroup(ordered ? 'ordered_list' : 'list', 'list', owner);
    return { group, ordered, count: continued?.count ?? start - 1, lastItem: undefined };
  }

  private addItem(state: ListState, item: XmlElement): void {
    const [lead] = item.elements();
    if (!lead) return;
    const content = this.content.read(lead);
    const { inlines } = content;
    if (inlines.length === 0 && content.shapes.length === 0) return;
    const start = Number(item.attribute('text:start-value') ?? Number.NaN);
    if (item.name === 'text:list-item') state.count = Number.isInteger(start) ? start : state.count + 1;
    const marker = state.ordered ? `${state.count}.` : '-';
    state.lastItem = addListItem(this.builder, inlines, state.group, marker);
    this.content.writeAttached(content, state.lastItem);
  }
}

/** Whether an item has no text of its own before its first sublist. */
function beginsDeeper(item: XmlElement): boolean {
  const [first] = item.elements();
  return first === undefined || first.name === 'text:list';
}
