import type { BoundingBox, GroupItem, ListItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { paragraphText } from '../../package/chart.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { bulletOf, levelOf, type Bullet } from './bullets.js';
import { isTitle, placeholderOf } from './placeholders.js';
import type { SlideParts } from './slide-parts.js';

interface OpenList {
  readonly group: GroupItem;
  readonly level: number;
  /** Numbered items so far. */
  count: number;
  lastItem: ListItem | undefined;
}

/** Writes the text of one shape below its slide: titles, paragraphs and nested lists. */
export class TextFrameWriter {
  /** Outermost first. */
  private readonly lists: OpenList[] = [];

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly slide: GroupItem,
    private readonly box: BoundingBox | undefined,
  ) {}

  write(shape: XmlElement, parts: SlideParts): void {
    const placeholder = placeholderOf(shape);
    const label = isTitle(placeholder) ? 'title' : 'paragraph';
    for (const paragraph of shape.child('p:txBody')?.elements('a:p') ?? []) {
      const text = paragraphText(paragraph)
        .replace(/[\n\v]/g, ' ')
        .trim();
      if (text === '') continue;
      const bullet = bulletOf(paragraph, shape, placeholder, parts);
      if (bullet.kind === 'none') {
        this.lists.length = 0;
        this.builder.addText(label, text, this.slide, this.options());
      } else this.addItem(text, bullet, levelOf(paragraph));
    }
  }

  private addItem(text: string, bullet: Bullet, level: number): void {
    const list = this.listFor(bullet, level);
    if (bullet.kind === 'number') list.count = list.count === 0 ? bullet.start : list.count + 1;
    const marker = bullet.kind === 'number' ? `${list.count}.` : '-';
    list.lastItem = this.builder.addListItem(text, list.group, marker, this.options());
  }

  private listFor(bullet: Bullet, level: number): OpenList {
    const label = bullet.kind === 'number' ? 'ordered_list' : 'list';
    while ((this.lists.at(-1)?.level ?? -1) > level) this.lists.pop();
    const last = this.lists.at(-1);
    if (last?.level === level) {
      if (last.group.label === label) return last;
      this.lists.pop();
    }
    const group = this.builder.addGroup(label, 'list', this.lists.at(-1)?.lastItem ?? this.slide);
    const list: OpenList = { group, level, count: 0, lastItem: undefined };
    this.lists.push(list);
    return list;
  }

  private options() {
    return this.box ? { box: this.box } : {};
  }
}
