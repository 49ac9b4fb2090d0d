import type { Formatting } from '../document/docling-document.js';
import { codeSpan, escapeMarkdown, linkTarget } from './markdown-escape.js';
import type { TextRun } from './text-runs.js';

export const IMAGE = '<!-- image -->';

/** One paragraph's runs as Markdown, without escapes for the start of a line. May hold line breaks. */
export function markdownLine(runs: readonly TextRun[]): string {
  const pieces: string[] = [];
  // Kept apart: to look at the end of a long line that is being built copies it.
  let before = '';
  const add = (piece: string): void => {
    pieces.push(piece);
    before = piece.at(-1) ?? before;
  };
  runs.forEach((run, index) => {
    const words = run.text.trim();
    const start = words === '' ? run.text.length : run.text.indexOf(words);
    const trail = run.text.slice(start + words.length);
    add(run.text.slice(0, start));
    add(core(run, words, before, trail.charAt(0) || firstCharacter(runs[index + 1])));
    add(trail);
  });
  return pieces.join('').trim();
}

function firstCharacter(run: TextRun | undefined): string {
  if (!run) return '';
  const isMarked = run.kind !== 'text' || run.link !== undefined || STYLES.some(({ has }) => has(run.formatting));
  return isMarked ? '*' : run.text.charAt(0);
}

function core(run: TextRun, text: string, before: string, after: string): string {
  if (run.kind === 'picture') return IMAGE;
  if (text === '') return '';
  if (run.kind === 'formula') return `$${text}$`;
  const inner = run.kind === 'code' ? codeSpan(text) : escapeMarkdown(text, run.link !== undefined);
  if (!run.link) return formatted(inner, run.formatting, before, after);
  return `[${formatted(inner, run.formatting, '[', ']')}](${linkTarget(run.link)})`;
}

const STYLES = [
  { has: (formatting?: Formatting) => formatting?.strikethrough, mark: '~~', tag: 'del' },
  { has: (formatting?: Formatting) => formatting?.italic, mark: '*', tag: 'em' },
  { has: (formatting?: Formatting) => formatting?.bold, mark: '**', tag: 'strong' },
] as const;

function formatted(inner: string, formatting: Formatting | undefined, before: string, after: string): string {
  if (!formatting) return inner;
  let text = inner;
  if (formatting.script === 'sub') text = `<sub>${text}</sub>`;
  if (formatting.script === 'super') text = `<sup>${text}</sup>`;
  // Where CommonMark would not see the marks as emphasis, only the HTML tag says it.
  const marked = canBeMarked(text, before, after);
  for (const { has, mark, tag } of STYLES) {
    if (has(formatting)) text = marked ? mark + text + mark : `<${tag}>${text}</${tag}>`;
  }
  return text;
}

/** The rule of left- and right-flanking delimiter runs in CommonMark, section 6.2. */
function canBeMarked(inner: string, before: string, after: string): boolean {
  const opens = !isPunctuation(inner.charAt(0)) || endsWord(before);
  const closes = !isPunctuation(inner.at(-1) ?? '') || endsWord(after);
  return opens && closes && before !== '*' && before !== '~';
}

function endsWord(character: string): boolean {
  return character.trim() === '' || isPunctuation(character);
}

function isPunctuation(character: string): boolean {
  return /[\p{P}\p{S}]/u.test(character);
}
