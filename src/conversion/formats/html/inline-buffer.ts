import type { Formatting } from '../../document/docling-document.js';

/** How text looks; `{}` is plain. */
export interface InlineStyle extends Partial<Formatting> {
  readonly code?: boolean;
  readonly formula?: boolean;
  readonly link?: string;
}

export interface InlineRun {
  text: string;
  readonly style: InlineStyle;
}

/** Spaces of every kind to one, hyphenation hints and marks of no width to none. */
const SPACES = /[ \t\n\r\f\u00A0]+/g;
const INVISIBLE = new RegExp('[\\u00AD\\u200B\\u2060\\uFEFF]', 'g');

/** Gathers one paragraph's text, its white space collapsed as a browser does. */
export class InlineBuffer {
  private runs: InlineRun[] = [];
  /** The white space before the next text, if any comes. */
  private gap: InlineRun | undefined;

  get isEmpty(): boolean {
    return this.runs.length === 0;
  }

  add(source: string, style: InlineStyle): void {
    const text = source.replace(INVISIBLE, '').replace(SPACES, ' ');
    if (text.startsWith(' ')) this.leaveGap(' ', style);
    const words = text.slice(text.startsWith(' ') ? 1 : 0, text.endsWith(' ') ? -1 : undefined);
    if (words === '') return;
    this.append(words, style);
    if (text.endsWith(' ')) this.leaveGap(' ', style);
  }

  /** A space between two blocks that share a line. */
  addSpace(): void {
    this.leaveGap(' ', {});
  }

  addLineBreak(): void {
    this.leaveGap('\n', this.runs.at(-1)?.style ?? {});
  }

  /** Runs of another buffer. */
  addRuns(runs: readonly InlineRun[]): void {
    for (const { text, style } of runs) this.append(text, style);
  }

  /** What was gathered, without white space around it; the buffer is empty again. */
  take(): InlineRun[] {
    const runs = this.runs;
    this.runs = [];
    this.gap = undefined;
    return runs;
  }

  private leaveGap(text: ' ' | '\n', style: InlineStyle): void {
    if (this.runs.length > 0 && this.gap?.text !== '\n') this.gap = { text, style };
  }

  private append(text: string, style: InlineStyle): void {
    const gap = this.gap;
    this.gap = undefined;
    if (gap) this.append(gap.text, gap.style);
    const last = this.runs.at(-1);
    if (last && looksLike(last.style, style)) last.text += text;
    else this.runs.push({ text, style });
  }
}

function looksLike(one: InlineStyle, other: InlineStyle): boolean {
  if (one === other) return true;
  if (one.formula || other.formula) return false;
  return (
    one.link === other.link &&
    one.bold === other.bold &&
    one.italic === other.italic &&
    one.underline === other.underline &&
    one.strikethrough === other.strikethrough &&
    one.script === other.script &&
    one.code === other.code
  );
}

export function isPlain(style: InlineStyle): boolean {
  return Object.keys(style).length === 0;
}

export function textOf(runs: readonly InlineRun[]): string {
  return runs.map(({ text }) => text).join('');
}
