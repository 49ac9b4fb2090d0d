import { InlineContent, type Inline, type RunFormat } from '../../package/inline-content.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { StyleSheet } from './styles.js';

/** Everything that one `text:p` or `text:h` holds. */
export interface ParagraphContent {
  readonly inlines: readonly Inline[];
  /** `draw:frame` and other shapes that are anchored in it. */
  readonly shapes: readonly XmlElement[];
  readonly comments: readonly XmlElement[];
}

/** What stands in a paragraph's XML without being text of its line. */
const NOT_TEXT = new Set([
  'office:annotation-end',
  'office:event-listeners',
  'office:forms',
  'text:tracked-changes',
  'text:toc-mark-start',
  'text:ruby-text',
]);

/** Reads one paragraph; `cite` gives the mark that stands in the text for a note. */
export function readParagraph(
  paragraph: XmlElement,
  styles: StyleSheet,
  cite: (note: XmlElement) => string,
): ParagraphContent {
  return new ParagraphReader(styles, cite).read(paragraph);
}

class ParagraphReader {
  private readonly content = new InlineContent();
  private readonly shapes: XmlElement[] = [];
  private readonly comments: XmlElement[] = [];
  /** Whether the last character was white space, which swallows more of it. */
  private afterSpace = true;

  constructor(
    private readonly styles: StyleSheet,
    private readonly cite: (note: XmlElement) => string,
  ) {}

  read(paragraph: XmlElement): ParagraphContent {
    this.walk(paragraph, this.styles.paragraphFormat(paragraph.attribute('text:style-name')), undefined);
    return { inlines: this.content.trimmed(), shapes: this.shapes, comments: this.comments };
  }

  private walk(parent: XmlElement, format: RunFormat, link: string | undefined): void {
    for (const node of parent.children) {
      if (typeof node === 'string') this.addText(node, format, link);
      else this.readElement(node, format, link);
    }
  }

  private readElement(element: XmlElement, format: RunFormat, link: string | undefined): void {
    const { name } = element;
    if (name === 'text:s') this.addExact(' '.repeat(spaces(element)), format, link);
    else if (name === 'text:tab') this.addExact('\t', format, link);
    else if (name === 'text:line-break') this.addExact('\n', format, link);
    else if (name === 'text:note') this.addExact(this.cite(element), format, link);
    else if (name === 'office:annotation') this.comments.push(element);
    else if (name === 'text:a') this.walk(element, format, element.attribute('xlink:href') ?? link);
    else if (name === 'text:span')
      this.walk(element, { ...format, ...this.styles.textFormat(element.attribute('text:style-name')) }, link);
    else if (name.startsWith('draw:')) this.shapes.push(element);
    else if (!NOT_TEXT.has(name)) this.walk(element, format, link);
  }

  /** White space counts as one space, however much of it there is. */
  private addText(text: string, format: RunFormat, link: string | undefined): void {
    const collapsed = text.replace(/[ \t\r\n]+/g, ' ');
    this.addExact(this.afterSpace ? collapsed.replace(/^ /, '') : collapsed, format, link);
    if (collapsed !== '') this.afterSpace = collapsed.endsWith(' ');
  }

  private addExact(text: string, format: RunFormat, link: string | undefined): void {
    this.content.addText(text, format, link);
    if (text !== '') this.afterSpace = text.endsWith('\n');
  }
}

function spaces(element: XmlElement): number {
  const count = Number(element.attribute('text:c') ?? 1);
  return Number.isInteger(count) ? Math.min(Math.max(count, 0), 1_000) : 1;
}
