import type { GroupItem, ListItem } from '../../document/docling-document.js';
import type { DocumentBuilder, TextOptions } from '../../document/document-builder.js';
import { addListItem } from '../../package/inline-writer.js';
import type { Inline } from '../../package/inline-content.js';
import type { Bullet } from './bullets.js';

interface OpenList {
  readonly group: GroupItem;
  readonly level: number;
  /** Numbered items so far. */
  count: number;
  lastItem: ListItem | undefined;
}

/** Writes items of one text below its slide, as lists within lists by their levels. */
export class ListWriter {
  /** Outermost first. */
  private readonly lists: OpenList[] = [];

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly slide: GroupItem,
    private readonly options: TextOptions,
  ) {}

  add(inlines: readonly Inline[], bullet: Exclude<Bullet, { kind: 'none' }>, level: number): void {
    const list = this.listFor(bullet, level);
    if (bullet.kind === 'number') list.count = list.count === 0 ? bullet.start : list.count + 1;
    const marker = bullet.kind === 'number' ? `${list.count}.` : '-';
    const [only, ...more] = inlines;
    list.lastItem =
      only?.kind === 'text' && more.length === 0
        ? this.builder.addListItem(only.text, list.group, marker, this.options)
        : addListItem(this.builder, inlines, list.group, marker);
  }

  /** What comes next begins a new list. */
  end(): void {
    this.lists.length = 0;
  }

  private listFor(bullet: Bullet, level: number): OpenList {
    const label = bullet.kind === 'number' ? 'ordered_list' : 'list';
    // The outermost list takes all that is no deeper, also where a text begins at a deeper level.
    while (this.lists.length > 1 && (this.lists.at(-1)?.level ?? 0) > level) this.lists.pop();
    const last = this.lists.at(-1);
    if (last && last.level >= level) {
      if (last.group.label === label) return last;
      this.lists.pop();
    }
    const group = this.builder.addGroup(label, 'list', this.lists.at(-1)?.lastItem ?? this.slide);
    const list: OpenList = { group, level, count: 0, lastItem: undefined };
    this.lists.push(list);
    return list;
  }
}
