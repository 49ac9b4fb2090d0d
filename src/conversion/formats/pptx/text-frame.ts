import type { BoundingBox, GroupItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { plainText, type Inline } from '../../package/inline-content.js';
import { addParagraph } from '../../package/inline-writer.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { bulletOf, levelOf } from './bullets.js';
import { ListWriter } from './list-writer.js';
import { paragraphInlines } from './paragraph.js';
import { isTitle, placeholderOf } from './placeholders.js';
import type { SlideParts } from './slide-parts.js';

/** Writes the text of one shape below its slide: titles, paragraphs and nested lists. */
export class TextFrameWriter {
  private readonly options: { box?: BoundingBox };
  private readonly lists: ListWriter;

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly slide: GroupItem,
    box: BoundingBox | undefined,
  ) {
    this.options = box ? { box } : {};
    this.lists = new ListWriter(builder, slide, this.options);
  }

  write(shape: XmlElement, parts: SlideParts): void {
    const placeholder = placeholderOf(shape);
    const label = isTitle(placeholder) ? 'title' : 'paragraph';
    for (const paragraph of shape.child('p:txBody')?.elements('a:p') ?? []) {
      const inlines = paragraphInlines(paragraph);
      if (inlines.length === 0) continue;
      const bullet = bulletOf(paragraph, shape, placeholder, parts);
      if (bullet.kind === 'none') {
        this.lists.end();
        this.addText(label, inlines);
      } else this.lists.add(inlines, bullet, levelOf(paragraph));
    }
  }

  private addText(label: 'title' | 'paragraph', inlines: readonly Inline[]): void {
    const [only, ...more] = inlines;
    if (only?.kind === 'text' && more.length === 0) this.builder.addText(label, only.text, this.slide, this.options);
    else if (label === 'title') this.builder.addText(label, plainText(inlines), this.slide, this.options);
    else addParagraph(this.builder, label, inlines, this.slide);
  }
}
