import type { CodeItem, DocumentNode, ListItem, PictureItem, TextItem } from '../document/docling-document.js';
import { BodyReader, isInline, isList, isListItem, isText } from './body-reader.js';
import type { Exporter } from './exporter.js';
import type { ExportText } from './export-text.js';
import { writeTable } from './html-table.js';
import { escapeHtml, escapeLines, htmlLine } from './html-text.js';
import { listMarker } from './list-marker.js';
import { textRuns } from './text-runs.js';

/**
 * A whole page that is safe to show: its elements are written here and nothing of the source but
 * text and checked links goes in; the policy forbids scripts and loads even so.
 */
export const htmlExporter: Exporter = {
  mediaType: 'text/html',
  write(document, text) {
    text.add(pageStart(document.name));
    new HtmlWriter(text, new BodyReader(document)).writeBody();
    text.add('</body>\n</html>\n');
  },
};

const STYLE = [
  'body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif; }',
  'table { border-collapse: collapse; }',
  'th, td { border: 1px solid #999; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }',
  ':is(th, td) > :first-child { margin-top: 0; }',
  ':is(th, td) > :last-child { margin-bottom: 0; }',
  'pre { overflow-x: auto; padding: 0.5rem; background: #f4f4f4; }',
  'figure { margin: 1rem 0; padding: 0.5rem; border: 1px dashed #999; }',
  '.labelled { list-style: none; }',
  '.footnote { font-size: 0.875rem; }',
].join('\n');

function pageStart(title: string): string {
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
`;
}

/** Writes blocks; tables write their rich cells through it. */
export class HtmlWriter {
  constructor(
    private readonly text: ExportText,
    private readonly reader: BodyReader,
  ) {}

  writeBody(): void {
    this.writeChildren(this.reader.body, 0);
  }

  writeChildren(node: DocumentNode, depth: number): void {
    for (const child of this.reader.children(node, depth)) this.writeNode(child, depth + 1);
  }

  /** The captions or footnotes of an item, one line each. */
  lines(items: readonly TextItem[], depth: number): string {
    return items.map((item) => this.line(item, depth)).join('<br>\n');
  }

  private writeNode(node: DocumentNode, depth: number): void {
    if (isInline(node)) return this.writeElement('p', this.line(node, depth));
    if (isList(node)) return this.writeList(node, depth);
    if (isListItem(node)) return this.writeSingleItem(node, depth);
    if (isText(node)) this.writeText(node, depth);
    else if (node.label === 'picture' || node.label === 'chart') return this.writePicture(node, depth);
    else if (node.label === 'table') {
      writeTable(node, depth, { text: this.text, reader: this.reader, blocks: this });
      this.writeFootnotes(this.reader.footnotes(node), depth);
    } else if (node.label === 'slide' || node.label === 'sheet') return this.writeSection(node, depth);
    this.writeChildren(node, depth);
  }

  private writeText(item: TextItem, depth: number): void {
    const line = () => this.line(item, depth);
    switch (item.label) {
      case 'title':
        return this.writeElement('h1', line());
      case 'section_header':
        return this.writeElement(`h${Math.min(item.level + 1, 6)}`, line());
      case 'code':
        return this.writeCode(item, depth);
      case 'formula':
        return this.writeElement('pre', escapeHtml(item.text || item.orig), ' class="formula"');
      case 'footnote':
        return this.writeElement('p', line(), ' class="footnote"');
      case 'checkbox_selected':
        return this.writeElement('p', `&#9745; ${line()}`);
      case 'checkbox_unselected':
        return this.writeElement('p', `&#9744; ${line()}`);
      default:
        return this.writeElement('p', line());
    }
  }

  private writeCode(item: CodeItem, depth: number): void {
    this.writeElement('p', this.lines(this.reader.captions(item), depth));
    if (item.text === '') return;
    const language =
      item.code_language === 'unknown' ? '' : ` class="language-${escapeHtml(item.code_language.toLowerCase())}"`;
    this.text.add(`<pre><code${language}>${escapeHtml(item.text)}</code></pre>\n`);
  }

  private writePicture(item: PictureItem, depth: number): void {
    const description = item.annotations.map(({ text }) => text).join(' ');
    const label = description ? ` role="img" aria-label="${escapeHtml(description)}"` : '';
    const caption = this.lines(this.reader.captions(item), depth) || escapeLines(description) || '[image]';
    this.text.add(`<figure${label}>\n<figcaption>${caption}</figcaption>\n`);
    this.writeFootnotes(this.reader.footnotes(item), depth);
    this.writeChildren(item, depth);
    this.text.add('</figure>\n');
  }

  private writeFootnotes(items: readonly TextItem[], depth: number): void {
    this.writeElement('p', this.lines(items, depth), ' class="footnote"');
  }

  private writeSection(group: DocumentNode, depth: number): void {
    this.text.add('<section>\n');
    this.writeChildren(group, depth);
    this.text.add('</section>\n');
  }

  private writeList(list: DocumentNode, depth: number): void {
    const children = this.reader.children(list, depth);
    if (children.length === 0) return;
    const ordered = children.some((child) => isListItem(child) && listMarker(child, 1).kind === 'number');
    const tag = ordered ? 'ol' : 'ul';
    this.text.add(`<${tag}>\n`);
    let position = 0;
    for (const child of children) {
      if (isListItem(child)) position = this.writeItem(child, position + 1, depth + 1);
      else this.writeUnmarked(child, depth + 1);
    }
    this.text.add(`</${tag}>\n`);
  }

  /** Returns the number that the item has in its list. */
  private writeItem(item: ListItem, position: number, depth: number): number {
    const children = this.reader.children(item, depth);
    const [first] = children;
    const leads = item.text === '' && first !== undefined && isInline(first);
    const marker = listMarker(item, position);
    const label = marker.kind === 'label' ? `${escapeHtml(marker.text)} ` : '';
    this.text.add(`<li${itemAttribute(marker, position)}>${label}${this.line(leads ? first : item, depth)}`);
    const nested = leads ? children.slice(1) : children;
    if (nested.length > 0) this.text.add('\n');
    for (const child of nested) this.writeNode(child, depth + 1);
    this.text.add('</li>\n');
    return marker.kind === 'number' ? marker.value : position;
  }

  private writeUnmarked(node: DocumentNode, depth: number): void {
    this.text.add('<li class="labelled">\n');
    this.writeNode(node, depth);
    this.text.add('</li>\n');
  }

  /** An item outside any list. */
  private writeSingleItem(item: ListItem, depth: number): void {
    this.text.add('<ul>\n');
    this.writeItem(item, 1, depth);
    this.text.add('</ul>\n');
  }

  private writeElement(tag: string, content: string, attributes = ''): void {
    if (content !== '') this.text.add(`<${tag}${attributes}>${content}</${tag}>\n`);
  }

  private line(node: DocumentNode, depth: number): string {
    return htmlLine(textRuns(node, this.reader, depth));
  }
}

function itemAttribute(marker: ReturnType<typeof listMarker>, position: number): string {
  if (marker.kind === 'label') return ' class="labelled"';
  return marker.kind === 'number' && marker.value !== position ? ` value="${marker.value}"` : '';
}
