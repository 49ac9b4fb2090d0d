import {
  FROM_SOURCE,
  type CodeItem,
  type DocumentNode,
  type FormulaItem,
  type ListItem,
  type PictureItem,
  type TextItem,
} from '../document/docling-document.js';
import { BodyReader, isInline, isList, isListItem, isText } from './body-reader.js';
import type { Exporter } from './exporter.js';
import type { ExportText } from './export-text.js';
import { listMarker } from './list-marker.js';
import { escapeLineStart, escapeMarkdown, fencedCode, joinLines } from './markdown-escape.js';
import { IMAGE, markdownLine } from './markdown-line.js';
import { tableRows } from './markdown-table.js';
import { textRuns } from './text-runs.js';

/** Docling's dialect of Markdown, escaped where the text itself would be taken for markup. */
export const markdownExporter: Exporter = {
  mediaType: 'text/markdown',
  write(document, text) {
    new MarkdownWriter(text, new BodyReader(document)).writeBody();
  },
};

/** Where a block stands: how far it is indented, below how many levels. */
interface Place {
  readonly indent: string;
  readonly depth: number;
}

class MarkdownWriter {
  private isEmpty = true;
  /** Whether the last thing written is an item of the list that is being written. */
  private afterItem = false;
  /** Whether that item is still without content: what follows has to come on the next line. */
  private afterBareMarker = false;

  constructor(
    private readonly text: ExportText,
    private readonly reader: BodyReader,
  ) {}

  writeBody(): void {
    this.writeChildren(this.reader.body, { indent: '', depth: 0 });
    if (!this.isEmpty) this.text.add('\n');
  }

  private writeChildren(node: DocumentNode, place: Place): void {
    for (const child of this.reader.children(node, place.depth)) {
      this.writeNode(child, { ...place, depth: place.depth + 1 });
    }
  }

  private writeNode(node: DocumentNode, place: Place): void {
    if (isInline(node)) return this.writeParagraph(this.line(node, place), place);
    if (isList(node)) return this.writeList(node, place);
    if (isListItem(node)) {
      this.writeItem(node, 1, place);
      return;
    }
    if (isText(node)) this.writeText(node, place);
    else if (node.label === 'picture' || node.label === 'chart') this.writePicture(node, place);
    else if (node.label === 'table') {
      for (const caption of this.reader.captions(node)) this.writeText(caption, place);
      this.writeRows(tableRows(node, this.reader), place);
      for (const footnote of this.reader.footnotes(node)) this.writeText(footnote, place);
    }
    this.writeChildren(node, place);
  }

  private writeText(item: TextItem, place: Place): void {
    switch (item.label) {
      case 'title':
        return this.writeHeading(1, item, place);
      case 'section_header':
        return this.writeHeading(item.level + 1, item, place);
      case 'code':
        return this.writeCode(item, place);
      case 'formula':
        return this.writeBlock(formulaBlock(item), place);
      case 'checkbox_selected':
      case 'checkbox_unselected':
        return this.writeBlock(
          `- [${item.label === 'checkbox_selected' ? 'x' : ' '}] ${this.line(item, place)}`,
          place,
        );
      default:
        return this.writeParagraph(this.line(item, place), place);
    }
  }

  private writeHeading(level: number, item: TextItem, place: Place): void {
    const line = joinLines(this.line(item, place));
    // A heading may close with number signs of its own, which are then not shown.
    const shown = line.replace(/(^|\s)(#+)$/, '$1\\$2');
    if (shown) this.writeBlock(`${'#'.repeat(Math.min(level, 6))} ${shown}`, place);
  }

  private writeCode(item: CodeItem, place: Place): void {
    for (const caption of this.reader.captions(item)) this.writeText(caption, place);
    const language = item.code_language === 'unknown' ? '' : item.code_language.toLowerCase();
    if (item.text) this.writeBlock(fencedCode(item.text, language), place);
  }

  private writePicture(item: PictureItem, place: Place): void {
    for (const caption of this.reader.captions(item)) this.writeText(caption, place);
    for (const { text, provenance } of item.annotations) {
      // An alternative text stands nowhere on the page, and programs often make it up; HTML and JSON have it.
      if (provenance !== FROM_SOURCE) this.writeParagraph(escapeMarkdown(text), place);
    }
    this.writeBlock(IMAGE, place);
    for (const footnote of this.reader.footnotes(item)) this.writeText(footnote, place);
  }

  private writeList(list: DocumentNode, place: Place): void {
    if (place.indent === '') this.afterItem = false;
    let position = 0;
    let inner = place;
    for (const child of this.reader.children(list, place.depth)) {
      const at = { ...place, depth: place.depth + 1 };
      if (isListItem(child)) {
        position += 1;
        inner = this.writeItem(child, position, at);
      } else {
        // A list in a list without an item of its own belongs to the item before it.
        this.writeNode(child, { ...inner, depth: place.depth + 1 });
      }
    }
  }

  /** Returns where the item's children stand. */
  private writeItem(item: ListItem, position: number, place: Place): Place {
    const children = this.reader.children(item, place.depth);
    const [first] = children;
    const leads = item.text === '' && first !== undefined && isInline(first);
    const line = this.line(leads ? first : item, place);
    const marker = listMarker(item, position);
    const bullet = marker.kind === 'number' ? `${marker.value}.` : '-';
    const label = marker.kind === 'label' ? `${escapeMarkdown(marker.text)} ` : '';
    const inner = {
      indent: place.indent + ' '.repeat(Math.max(4, bullet.length + 1)),
      depth: place.depth + 1,
    };
    if (line !== '' || children.length > 0) {
      const text = escapeLines(label + line).replaceAll('\n', `  \n${inner.indent}`);
      this.separate(true);
      this.text.add(`${place.indent}${bullet} ${text}`.trimEnd());
      this.afterBareMarker = text === '';
    }
    for (const child of leads ? children.slice(1) : children) this.writeNode(child, inner);
    return inner;
  }

  private writeParagraph(line: string, place: Place): void {
    this.writeBlock(escapeLines(line).replaceAll('\n', '  \n'), place);
  }

  private writeBlock(block: string, place: Place): void {
    if (block === '') return;
    this.separate(false);
    this.text.add(place.indent + (place.indent === '' ? block : block.replaceAll('\n', `\n${place.indent}`)));
  }

  private writeRows(rows: Iterable<string>, place: Place): void {
    let first = true;
    for (const row of rows) {
      if (first) this.separate(false);
      else this.text.add('\n');
      this.text.add(place.indent + row);
      first = false;
    }
  }

  /** Items follow each other line by line, everything else after a blank line. */
  private separate(isItem: boolean): void {
    const isNext = this.afterBareMarker || (isItem && this.afterItem);
    if (!this.isEmpty) this.text.add(isNext ? '\n' : '\n\n');
    this.isEmpty = false;
    this.afterBareMarker = false;
    this.afterItem = isItem;
  }

  private line(node: DocumentNode, place: Place): string {
    return markdownLine(textRuns(node, this.reader, place.depth));
  }
}

/** As Docling does, a formula whose LaTeX is not known is only named. */
function formulaBlock({ text, orig }: FormulaItem): string {
  if (text !== '') return `$$${text}$$`;
  return orig === '' ? '' : '<!-- formula-not-decoded -->';
}

function escapeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeLineStart(line.trim()))
    .filter((line) => line !== '')
    .join('\n');
}
