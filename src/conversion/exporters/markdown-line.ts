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
    add(setApart(run, words, before, trail.charAt(0) || firstCharacter(runs[index + 1])));
    add(trail);
  });
  return pieces.join('').trim();
}

function firstCharacter(run: TextRun | undefined): string {
  if (!run) return '';
  if (run.kind === 'picture') return '<';
  return run.link === undefined ? run.text.charAt(0) : '[';
}

/** `text` with its marks, and with spaces around it where they tell marks and scripts from their neighbours. */
function setApart(run: TextRun, text: string, before: string, after: string): string {
  if (run.kind === 'picture') return IMAGE;
  if (text === '') return '';
  if (run.kind === 'formula') return `$${text}$`;
  const inner = run.kind === 'code' ? codeSpan(text) : escapeMarkdown(text, run.link !== undefined);
  const { formatting, link } = run;
  const marks = marksOf(formatting, link === undefined ? [before, after] : ['', '']);
  const marked = marks + inner + reversed(marks);
  if (link !== undefined) return `[${marked}](${linkTarget(link)})`;
  const [opensApart, closesApart] = spacesAround(inner, marks, before, after);
  const isScript = formatting !== undefined && formatting.script !== 'baseline';
  const leads = opensApart || (isScript && !/^(?:\s|\p{Ps}|)$/u.test(before));
  const trails = closesApart || (isScript && !endsWord(after));
  return (leads ? ' ' : '') + marked + (trails ? ' ' : '');
}

/**
 * Where marks are seen as such only beside a space, by the rule of left- and right-flanking delimiter runs in
 * CommonMark, section 6.2. No word is parted: the text has punctuation there.
 */
function spacesAround(inner: string, marks: string, before: string, after: string): [boolean, boolean] {
  const needed = (edge: string, neighbour: string) => marks !== '' && isPunctuation(edge) && !endsWord(neighbour);
  return [needed(inner.charAt(0), before), needed(inner.at(-1) ?? '', after)];
}

/** What stands before text of this look between `neighbours`; what stands after it is the same backwards. */
function marksOf(formatting: Formatting | undefined, neighbours: readonly [string, string]): string {
  // Marks right after other marks would be read as one run of them.
  if (!formatting || neighbours[0] === '*' || neighbours[0] === '~') return '';
  const { bold, italic, strikethrough } = formatting;
  const emphasis = (bold ? '**' : '') + (italic ? '*' : '');
  if (!strikethrough) return emphasis;
  // Two kinds of marks flank each other only at the edges of a word.
  return neighbours.every(endsWord) ? `${emphasis}~~` : '~~';
}

function reversed(marks: string): string {
  return [...marks].reverse().join('');
}

function endsWord(character: string): boolean {
  return character.trim() === '' || isPunctuation(character);
}

function isPunctuation(character: string): boolean {
  return /[\p{P}\p{S}]/u.test(character);
}
