import { resolve, type DoclingDocument, type DocumentNode } from '../../document/docling-document.js';
import { formattingOf, type Inline } from '../../package/inline-content.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { numberingOf, readParagraph, styleOf, type PartContext } from './paragraph.js';
import type { Numbering } from './numbering.js';
import type { PlainTextReader } from './plain-text.js';

/** What stands in a cell beside its blocks, and shows nothing. */
const WITHOUT_CONTENT = new Set(['w:tcPr', 'w:pPr', 'w:bookmarkStart', 'w:bookmarkEnd', 'w:proofErr']);

/** Tells the cells that are text and nothing else from those with links, lists, pictures, formatting or more. */
export class CellReader {
  constructor(
    private readonly context: PartContext,
    private readonly numbering: Numbering,
    private readonly plain: PlainTextReader,
  ) {}

  /** The text of a cell that is no more than that; undefined for any other. `keepsFormat`: bold counts as more. */
  plainText(cell: XmlElement, keepsFormat: boolean): string | undefined {
    const blocks = cell.elements().filter(hasContent);
    const [only, ...others] = blocks;
    if (!only) return '';
    if (others.length > 0 || only.name !== 'w:p' || this.isSpecial(only)) return undefined;
    const { inlines, formulas, pictures, textBoxes } = readParagraph(only, this.context);
    if (formulas.length + pictures.length + textBoxes.length > 0) return undefined;
    if (inlines.some((inline) => isRich(inline, keepsFormat))) return undefined;
    return this.allText(cell);
  }

  /** All of a cell's text, whatever it holds. */
  allText(cell: XmlElement): string {
    return this.plain.lines(cell).join('\n');
  }

  /** Whether a paragraph is an item or code. */
  private isSpecial(paragraph: XmlElement): boolean {
    const { styles } = this.context;
    return numberingOf(paragraph, styles, this.numbering) !== undefined || styles.isCode(styleOf(paragraph));
  }
}

function hasContent(element: XmlElement): boolean {
  if (WITHOUT_CONTENT.has(element.name)) return false;
  return element.name !== 'w:p' || element.elements().some(({ name }) => !WITHOUT_CONTENT.has(name));
}

function isRich(inline: Inline, keepsFormat: boolean): boolean {
  if (inline.kind === 'formula' || inline.hyperlink !== undefined) return true;
  return keepsFormat && formattingOf(inline.format) !== undefined;
}

/** What a node and all below it say, a line for each block. */
export function textBelow(document: DoclingDocument, node: DocumentNode): string {
  const children = node.children.flatMap((ref) => resolve(document, ref) ?? []);
  const below = children.map((child) => textBelow(document, child)).filter((text) => text !== '');
  if (node.label === 'inline') return children.map((child) => inlineText(child)).join('');
  if (node.label === 'table') return node.data.grid.map((row) => row.map(({ text }) => text).join(' ')).join('\n');
  const own = node.label === 'list_item' ? `${node.marker} ${node.text}`.trim() : inlineText(node);
  // An item whose text is set apart stands in the line of its mark.
  if (node.label === 'list_item' && node.text === '') return [`${own} ${below[0] ?? ''}`, ...below.slice(1)].join('\n');
  return [own, ...below].filter((text) => text !== '').join('\n');
}

function inlineText(node: DocumentNode): string {
  if (!('text' in node)) return '';
  return node.label === 'formula' ? `$${node.text}$` : node.text;
}
