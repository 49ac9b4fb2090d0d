import type { DocumentBuilder } from '../../document/document-builder.js';
import type { DocumentNode, GroupItem, ListItem } from '../../document/docling-document.js';
import type { Inline } from '../../package/inline-content.js';
import { addListItem } from '../../package/inline-writer.js';
import type { ListNumber } from './numbering.js';
import type { NumberingReference } from './styles.js';

/** Where an item stands: its list and level, and its distance from the margin in twips. */
export interface ListPlace extends NumberingReference {
  readonly indent: number;
}

interface OpenList {
  /** Of its first item. */
  readonly place: ListPlace;
  readonly group: GroupItem;
  lastItem: ListItem | undefined;
}

/** Lists within lists; real ones have nine levels at most. */
const MOST_NESTED = 32;

/** Turns a run of list paragraphs into nested groups below one owner. */
export class ListWriter {
  /** Outermost first. */
  private readonly open: OpenList[] = [];

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly owner: DocumentNode | undefined,
  ) {}

  add(place: ListPlace, number: ListNumber, inlines: readonly Inline[]): ListItem {
    const list = this.listFor(place, number.ordered);
    const marker = number.ordered ? number.marker : '-';
    list.lastItem = addListItem(this.builder, inlines, list.group, marker);
    return list.lastItem;
  }

  /** The next item opens a new list, at whatever level it stands. */
  close(): void {
    this.open.length = 0;
  }

  private listFor(place: ListPlace, ordered: boolean): OpenList {
    const label = ordered ? 'ordered_list' : 'list';
    let last = this.open.at(-1);
    while (last && depthBelow(place, last.place) < 0) {
      this.open.pop();
      last = this.open.at(-1);
    }
    if (last && depthBelow(place, last.place) === 0) {
      // Bullets that follow each other look like one list, however many the file makes of them.
      if (last.group.label === label && (!ordered || last.place.numId === place.numId)) return last;
      this.open.pop();
    }
    if (this.open.length === MOST_NESTED) this.open.pop();
    const above = this.open.at(-1);
    const group = this.builder.addGroup(label, 'list', above ? (above.lastItem ?? above.group) : this.owner);
    const list: OpenList = { place, group, lastItem: undefined };
    this.open.push(list);
    return list;
  }
}

/**
 * Above 0 when the item stands below the list, below 0 when it stands above it. Lists of different
 * kinds count their levels each for itself: of these, only the distance from the margin tells.
 */
function depthBelow(item: ListPlace, list: ListPlace): number {
  if (item.numId !== list.numId && item.indent !== list.indent) return item.indent - list.indent;
  return item.level - list.level;
}
