import { isUnspaced } from './characters.js';

/** Looked for in the last two characters of a line: a search in the whole text would take longer with every line. */
const HYPHENATED = /^\p{L}[-\u2010]$/u;
const DASHED = /^\S[\u2013\u2014]$/u;
const SOFT_HYPHEN = '\u00AD';
const LOWER_CASE_START = /^\p{Ll}/u;

/** The texts of lines as one: words that were parted at the end of a line are whole again. */
export function joinLines(texts: readonly string[]): string {
  const lines = texts.filter((line) => line !== '');
  return lines
    .map((line, index) => partBefore(line, lines[index + 1]))
    .join('')
    .replaceAll(SOFT_HYPHEN, '');
}

/** A line as it stands before the next one: with the space between them, or without its hyphen. */
function partBefore(line: string, next: string | undefined): string {
  if (next === undefined || line.endsWith(SOFT_HYPHEN)) return line;
  const end = [...line.slice(-3)].slice(-2).join('');
  if (HYPHENATED.test(end)) return LOWER_CASE_START.test(next) ? line.slice(0, -1) : line;
  if (DASHED.test(end)) return line;
  return isUnspaced(line.at(-1) ?? '') && isUnspaced(next[0] ?? '') ? line : `${line} `;
}
