const PUNCTUATION = /[!-/:-@[-`{-~]/;
const WORD = /[\p{L}\p{N}]/u;

/**
 * `text` with a backslash before every character that Markdown would take for markup, and before
 * no other: `snake_case`, `5 * 3` and `R&D` stay as they are.
 */
export function escapeMarkdown(text: string, insideLink = false): string {
  const mayLink = insideLink || /\][([:]/.test(text);
  return text.replace(/[\\`*_[\]<&~]/g, (character, index: number) =>
    isMarkup(character, text, index, mayLink) ? `\\${character}` : character,
  );
}

function isMarkup(character: string, text: string, index: number, mayLink: boolean): boolean {
  const before = text.charAt(index - 1);
  const after = text.charAt(index + 1);
  switch (character) {
    case '\\':
      // At the end, what follows may be a mark or a line break.
      return after === '' || after === '\n' || PUNCTUATION.test(after);
    case '*':
      return !(isBlank(before) && isBlank(after));
    case '_':
      return !(WORD.test(before) && WORD.test(after)) && !(isBlank(before) && isBlank(after));
    case '[':
    case ']':
      return mayLink;
    case '<':
      return /[a-z/!?]/i.test(after);
    case '&':
      return /^&#?\w{1,31};/.test(text.slice(index, index + 34));
    case '~':
      return before === '~' || after === '~' || before === '' || after === '';
    default:
      return true;
  }
}

/** Not so at either end of the text, where marks may follow. */
function isBlank(character: string): boolean {
  return character !== '' && character.trim() === '';
}

const LIST_NUMBER = /^(\d{1,9})([.)])(?=\s|$)/;
const BLOCK_START = /^(#{1,6}(\s|$)|>|[+*-](\s|$)|=+\s*$|~~~)/;
/** A rule, the underline of a heading, or the second line of a table. */
const RULE = /^[-:|\s]+$/;

/** Escapes what at the start of a line would begin a heading, list, quote, rule, table or fence. */
export function escapeLineStart(line: string): string {
  if (LIST_NUMBER.test(line)) return line.replace(LIST_NUMBER, '$1\\$2');
  return BLOCK_START.test(line) || (RULE.test(line) && line.includes('-')) ? `\\${line}` : line;
}

/** Several lines as one. */
export function joinLines(text: string): string {
  // Not by a pattern: white space without end would be searched again from each of its characters.
  return text.includes('\n')
    ? text
        .split('\n')
        .map((line) => line.trim())
        .join(' ')
    : text;
}

/** Code with a fence that its own backticks cannot close. */
export function codeSpan(code: string): string {
  const text = joinLines(code);
  if (!text.includes('`')) return `\`${text}\``;
  const fence = '`'.repeat(longestBacktickRun(text) + 1);
  return `${fence} ${text} ${fence}`;
}

/** `language` as in an info string; empty for none. */
export function fencedCode(code: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestBacktickRun(code) + 1));
  return `${fence}${language}\n${code}\n${fence}`;
}

function longestBacktickRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** A link's target between round brackets. */
export function linkTarget(url: string): string {
  const encoded = url.replace(/[\s<>|\\]/g, (character) => encodeURIComponent(character));
  return hasBalancedBrackets(encoded) ? encoded : encoded.replaceAll('(', '%28').replaceAll(')', '%29');
}

function hasBalancedBrackets(url: string): boolean {
  let open = 0;
  for (const character of url) {
    if (character === '(') open += 1;
    if (character === ')') open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}
