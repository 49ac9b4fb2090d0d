import type { DocumentNode } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { styleOf } from './paragraph.js';
import { fontOf, type StyleSheet } from './styles.js';

const MONOSPACED: ReadonlySet<string> = new Set([
  'consolas',
  'courier',
  'courier new',
  'lucida console',
  'menlo',
  'monaco',
  'dejavu sans mono',
  'andale mono',
  'liberation mono',
  'sf mono',
]);

/** What prose in a typewriter's font does not have: operators, calls with arguments, heads of blocks. */
const CODE_SIGNS = /[{}=<>]|\w\((?:\)|[^()\s]*[\d,.'"_][^()]*\))|^\s*(?:def|class|if|for|while|try|with)\b.*:\s*$/;

/** Characters of a paragraph that are searched for such signs. */
const LOOKED_AT = 1_000;

/** Whether a paragraph is code by its font: all of it monospaced, and written like code or going on with it. */
export function looksLikeCode(paragraph: XmlElement, text: string, styles: StyleSheet, afterCode: boolean): boolean {
  if (text.trim() === '') return false;
  const continues = afterCode && /^\s/.test(text);
  if (!continues && !CODE_SIGNS.test(text.slice(0, LOOKED_AT))) return false;
  const inherited = styles.font(styleOf(paragraph));
  for (const run of paragraph.descendants('w:r')) {
    const font = fontOf(run.child('w:rPr')) ?? inherited ?? '';
    if (!MONOSPACED.has(font.toLowerCase()) && run.elements('w:t').some((part) => part.text.trim() !== ''))
      return false;
  }
  return true;
}

/** Gathers paragraphs of code that follow each other into one block. */
export class CodeWriter {
  private readonly lines: string[] = [];

  constructor(
    private readonly builder: DocumentBuilder,
    private readonly owner: DocumentNode | undefined,
  ) {}

  /** Whether a block is open, which an indented line continues. */
  get isOpen(): boolean {
    return this.lines.length > 0;
  }

  add(text: string): void {
    this.lines.push(text.trimEnd());
  }

  /** Writes the block, without blank lines around it. */
  close(): void {
    const text = this.lines.splice(0).join('\n').replace(/^\n+/, '').trimEnd();
    if (text !== '') this.builder.addCode(text, undefined, this.owner);
  }
}
