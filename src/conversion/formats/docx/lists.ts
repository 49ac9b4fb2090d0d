import type { DocumentBuilder } from '../../document/document-builder.js';
import type { DocumentNode, GroupItem, ListItem } from '../../document/docling-document.js';
import type { Inline } from '../../package/inline-content.js';
import type { ListNumber } from './numbering.js';
import type { NumberingReference } from './styles.js';
import { addListItem } from '../../package/inline-writer.js';

interface OpenList {
  readonly reference: NumberingReference;
  readonly group: GroupItem;
  lastItem: ListItem | undefined;
}

/** Turns a run of list paragraphs into nested groups below one owner. */
export class ListWriter {
  /** Outermost first. */
  private readonly open: OpenList[] = [];

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly owner: DocumentNode | undefined,
  ) {}

  add(reference: NumberingReference, number: ListNumber, inlines: readonly Inline[]): ListItem {
    const list = this.listFor(reference, number.ordered);
    const marker = number.ordered ? number.marker : '-';
    list.lastItem = addListItem(this.builder, inlines, list.group, marker);
    return list.lastItem;
  }

  /** The next item opens a new list, at whatever level it stands. */
  close(): void {
    this.open.length = 0;
  }

  private listFor(reference: NumberingReference, ordered: boolean): OpenList {
    const label = ordered ? 'ordered_list' : 'list';
    while ((this.open.at(-1)?.reference.level ?? -1) > reference.level) this.open.pop();
    const last = this.open.at(-1);
    if (last?.reference.level === reference.level) {
      if (last.reference.numId === reference.numId && last.group.label === label) return last;
      this.open.pop();
    }
    const above = this.open.at(-1);
    const group = this.builder.addGroup(label, 'list', above ? (above.lastItem ?? above.group) : this.owner);
    const list: OpenList = { reference, group, lastItem: undefined };
    this.open.push(list);
    return list;
  }
}
