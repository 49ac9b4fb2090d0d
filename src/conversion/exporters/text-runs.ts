import type { DocumentNode, Formatting, TextItem } from '../document/docling-document.js';
import { isText, type BodyReader } from './body-reader.js';
import { safeLink } from './safe-link.js';

/** A stretch of one line that looks the same throughout. */
export interface TextRun {
  readonly kind: 'text' | 'code' | 'formula' | 'picture';
  readonly text: string;
  readonly formatting: Formatting | undefined;
  /** Safe to follow. */
  readonly link: string | undefined;
}

/** The runs of a text or of an `inline` group, neighbours that look the same joined. */
export function textRuns(node: DocumentNode, reader: BodyReader, depth: number): TextRun[] {
  const runs: TextRun[] = [];
  const add = (current: DocumentNode, level: number): void => {
    if (isText(current)) append(runs, runOf(current));
    else if (current.label === 'inline') for (const child of reader.children(current, level)) add(child, level + 1);
    else if (current.label === 'picture') append(runs, { ...PLAIN, kind: 'picture' });
  };
  add(node, depth);
  return runs;
}

const PLAIN: TextRun = { kind: 'text', text: '', formatting: undefined, link: undefined };

function runOf(item: TextItem): TextRun {
  const kind = item.label === 'code' || item.label === 'formula' ? item.label : 'text';
  return { kind, text: item.text, formatting: item.formatting, link: safeLink(item.hyperlink) };
}

function append(runs: TextRun[], run: TextRun): void {
  const last = runs.at(-1);
  if (last && isJoinable(last) && last.kind === run.kind && looksLike(last, run)) {
    runs[runs.length - 1] = { ...last, text: last.text + run.text };
  } else if (run.text !== '' || run.kind === 'picture') {
    runs.push(run);
  }
}

function isJoinable({ kind }: TextRun): boolean {
  return kind === 'text' || kind === 'code';
}

function looksLike(one: TextRun, other: TextRun): boolean {
  return one.link === other.link && styleKey(one.formatting) === styleKey(other.formatting);
}

function styleKey(formatting: Formatting | undefined): string {
  if (!formatting) return 'false,false,false,false,baseline';
  const { bold, italic, underline, strikethrough, script } = formatting;
  return [bold, italic, underline, strikethrough, script].join();
}
