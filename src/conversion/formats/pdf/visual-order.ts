import { isLeftToRightLetter, isRightToLeft } from './characters.js';

/** Something with text that stands at a place in a line. */
interface Placed {
  readonly text: string;
}

/** Characters that keep the order of a number they belong to. */
const NUMERIC = /[0-9\u0660-\u0669\u06F0-\u06F9%$€£]/;
const BRACKETS: Readonly<Record<string, string>> = { '(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{' };

/** Whether more letters of the line belong to a right-to-left script than to others. */
export function readsRightToLeft(line: readonly Placed[]): boolean {
  if (!line.some(({ text }) => isRightToLeft(text))) return false;
  let balance = 0;
  for (const { text } of line) {
    if (isRightToLeft(text)) balance += 1;
    else if (isLeftToRightLetter(text)) balance -= 1;
  }
  return balance > 0;
}

/**
 * The words of a line, given from left to right, in the order in which they are read: the reverse
 * of what the Unicode bidirectional algorithm does for one line, without explicit embeddings. A
 * number to the right of a left-to-right word counts as a part of its phrase.
 */
export function wordsInReadingOrder<T extends Placed>(words: readonly T[], rightToLeft: boolean): T[] {
  const endsPhrase = (text: string) => isLeftToRightLetter(text) || NUMERIC.test(text);
  const fromRight = (items: readonly T[]) => reversed(items, isLeftToRightLetter, endsPhrase);
  if (rightToLeft) return fromRight(words);
  if (!words.some(({ text }) => isRightToLeft(text))) return [...words];
  return mapRuns(words, isRightToLeft, isRightToLeft, (text) => !isLeftToRightLetter(text), fromRight);
}

/** The letters of one word, given from left to right, in the order in which they are read. */
export function lettersInReadingOrder<T extends Placed>(letters: readonly T[]): T[] {
  if (!readsRightToLeft(letters)) return [...letters];
  const keepsOrder = (text: string) => isLeftToRightLetter(text) || NUMERIC.test(text);
  return reversed(letters, keepsOrder, keepsOrder);
}

/** Reverses everything but the inside of left-to-right runs. */
function reversed<T extends Placed>(
  items: readonly T[],
  starts: (text: string) => boolean,
  ends: (text: string) => boolean,
): T[] {
  const isInside = (text: string) => !isRightToLeft(text);
  return mapRuns(items, starts, ends, isInside, (run) => run.reverse()).reverse();
}

/** Replaces every longest run from an item that `starts` to one that `ends`, with only `inside` ones between. */
function mapRuns<T extends Placed>(
  items: readonly T[],
  starts: (text: string) => boolean,
  ends: (text: string) => boolean,
  inside: (text: string) => boolean,
  change: (run: T[]) => T[],
): T[] {
  const result: T[] = [];
  for (let index = 0; index < items.length;) {
    let end = index + 1;
    if (starts(items[index]?.text ?? '')) {
      for (let next = end; next < items.length; next += 1) {
        const { text } = items[next] ?? { text: '' };
        if (ends(text)) end = next + 1;
        else if (!inside(text)) break;
      }
    }
    result.push(...change(items.slice(index, end)));
    index = end;
  }
  return result;
}

/**
 * Turns the brackets of right-to-left text round where they are the wrong way: some producers map
 * a bracket to the character that it stands for, others to the shape that is seen.
 */
export function withBracketsOpening(text: string): string {
  const first = /[()[\]{}]/.exec(text)?.[0];
  if (first === undefined || !')]}'.includes(first) || !text.includes(BRACKETS[first] ?? '')) return text;
  return text.replace(/[()[\]{}]/g, (bracket) => BRACKETS[bracket] ?? bracket);
}
