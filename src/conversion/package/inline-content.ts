import type { Formatting } from '../document/docling-document.js';

/** How a run is set apart; undefined members follow the surrounding text. */
export interface RunFormat {
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
  strikethrough?: boolean;
  script?: 'baseline' | 'sub' | 'super';
}

/** A stretch of one paragraph that is formatted and linked alike. */
export interface InlineText {
  readonly kind: 'text';
  text: string;
  readonly format: RunFormat;
  readonly hyperlink: string | undefined;
}

/** An equation within a paragraph; `latex` without dollar signs. */
export interface InlineFormula {
  readonly kind: 'formula';
  readonly latex: string;
}

export type Inline = InlineText | InlineFormula;

/** Gathers the runs of a paragraph; neighbours that look alike become one piece. */
export class InlineContent {
  private readonly pieces: Inline[] = [];

  addText(text: string, format: RunFormat, hyperlink: string | undefined): void {
    if (text === '') return;
    const last = this.pieces.at(-1);
    // Space looks the same in every format, so it never begins a piece.
    if (last?.kind === 'text' && last.hyperlink === hyperlink && (text.trim() === '' || alike(last.format, format)))
      last.text += text;
    else this.pieces.push({ kind: 'text', text, format, hyperlink });
  }

  addFormula(latex: string): void {
    if (latex !== '') this.pieces.push({ kind: 'formula', latex });
  }

  /** The text of all pieces as it stands, without equations. */
  get text(): string {
    return this.pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
  }

  /** The pieces without space around the whole. */
  trimmed(): Inline[] {
    const { pieces } = this;
    while (isBlank(pieces[0])) pieces.shift();
    while (isBlank(pieces.at(-1))) pieces.pop();
    const [first] = pieces;
    const last = pieces.at(-1);
    if (first?.kind === 'text') first.text = first.text.trimStart();
    if (last?.kind === 'text') last.text = last.text.trimEnd();
    return pieces;
  }
}

function isBlank(piece: Inline | undefined): boolean {
  return piece?.kind === 'text' && piece.text.trim() === '';
}

/** All pieces as one line of plain text, equations between dollar signs. */
export function plainText(pieces: readonly Inline[]): string {
  return pieces
    .map((piece) => (piece.kind === 'text' ? piece.text : `$${piece.latex}$`))
    .join('')
    .trim();
}

/** The document's formatting for a run's, or undefined when nothing is set apart. */
export function formattingOf(format: RunFormat): Partial<Formatting> | undefined {
  return isPlain(format) ? undefined : format;
}

function isPlain(format: RunFormat): boolean {
  return (
    !format.bold &&
    !format.italic &&
    !format.underline &&
    !format.strikethrough &&
    (format.script ?? 'baseline') === 'baseline'
  );
}

function alike(one: RunFormat, other: RunFormat): boolean {
  return (
    (one.bold ?? false) === (other.bold ?? false) &&
    (one.italic ?? false) === (other.italic ?? false) &&
    (one.underline ?? false) === (other.underline ?? false) &&
    (one.strikethrough ?? false) === (other.strikethrough ?? false) &&
    (one.script ?? 'baseline') === (other.script ?? 'baseline')
  );
}
