import { isUnspaced } from './characters.js';

const HYPHENATED = /\p{L}[-\u2010]$/u;
const SOFT_HYPHEN = /\u00AD/g;
const LOWER_CASE_START = /^\p{Ll}/u;

/** The texts of lines as one: words that were parted at the end of a line are whole again. */
export function joinLines(texts: readonly string[]): string {
  return texts.reduce((text, line) => joinPair(text, line), '').replace(SOFT_HYPHEN, '');
}

function joinPair(text: string, line: string): string {
  if (text === '' || line === '') return text + line;
  if (text.endsWith('\u00AD')) return text.slice(0, -1) + line;
  if (HYPHENATED.test(text)) return (LOWER_CASE_START.test(line) ? text.slice(0, -1) : text) + line;
  if (/\S[\u2013\u2014]$/.test(text)) return text + line;
  if (isUnspaced(text.at(-1) ?? '') && isUnspaced(line[0] ?? '')) return text + line;
  return `${text} ${line}`;
}
