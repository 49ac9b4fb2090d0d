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
    before = lastCharacter(piece) || before;
  };
  runs.forEach((run, index) => {
    const words = run.text.trim();
    const start = words === '' ? run.text.length : run.text.indexOf(words);
    const trail = run.text.slice(start + words.length);
    add(run.text.slice(0, start));
    add(setApart(run, words, before, firstCharacter(trail || (runs[index + 1]?.text ?? ''))));
    add(trail);
  });
  return pieces.join('').trim();
}

/** `text` with its marks, and with spaces around it where they tell it from its neighbours. */
function setApart(run: TextRun, text: string, before: string, after: string): string {
  if (run.kind === 'picture') return IMAGE;
  if (text === '') return '';
  if (run.kind === 'formula') return `$${text}$`;
  const { formatting, link } = run;
  const isCode = run.kind === 'code' && before !== '`';
  const inner = isCode ? codeSpan(text) : escapeMarkdown(text, link !== undefined);
  // After punctuation, marks are followed by a space.
  const next = isPunctuation(lastCharacter(inner)) ? '' : after;
  const marks = marksOf(formatting, link === undefined ? [before, next] : ['', '']);
  const marked = marks + inner + reversed(marks);
  const isScript = formatting !== undefined && formatting.script !== 'baseline';
  const leads = isScript && !/^(?:\s|\p{Ps}|)$/u.test(before);
  const trails = isScript && !endsWord(after);
  if (link !== undefined) {
    // After an exclamation mark, a link would be a picture.
    return `${leads || before === '!' ? ' ' : ''}[${marked}](${linkTarget(link)})${trails ? ' ' : ''}`;
  }
  const [opensApart, closesApart] = spacesAround(inner, marks, before, after);
  return (leads || opensApart ? ' ' : '') + marked + (trails || closesApart ? ' ' : '');
}

/**
 * Where marks are seen as such only beside a space, by the rule of left- and right-flanking delimiter runs in
 * CommonMark, section 6.2. No word is parted: the text has punctuation there.
 */
function spacesAround(inner: string, marks: string, before: string, after: string): [boolean, boolean] {
  const needed = (edge: string, neighbour: string) => marks !== '' && isPunctuation(edge) && !endsWord(neighbour);
  return [needed(firstCharacter(inner), before), needed(lastCharacter(inner), after)];
}

/** What stands before text of this look between `neighbours`; what stands after it is the same backwards. */
function marksOf(formatting: Formatting | undefined, neighbours: readonly [string, string]): string {
  if (!formatting) return '';
  const emphasis = emphasisMark(neighbours).repeat((formatting.bold ? 2 : 0) + (formatting.italic ? 1 : 0));
  if (!formatting.strikethrough || neighbours[0] === '~') return emphasis;
  // Two kinds of marks flank each other only at the edges of a word.
  return neighbours.every(endsWord) ? `${emphasis}~~` : '~~';
}

/** Marks right after the same marks would be read as one run of them; an underscore is no mark within a word. */
function emphasisMark([before, after]: readonly [string, string]): string {
  if (before !== '*') return '*';
  return endsWord(after) ? '_' : '';
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

function firstCharacter(text: string): string {
  return text.slice(0, (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
}

function lastCharacter(text: string): string {
  const isPair = (text.codePointAt(text.length - 2) ?? 0) > 0xffff;
  return text.slice(isPair ? -2 : -1);
}
