const PRESENTATION_FORMS = /[\u2F00-\u2FD5\uFB00-\uFB4F\uFB50-\uFDFF\uFE70-\uFEFC]/g;
const RADICAL = /[\u2E80-\u2EF3]/g;
const UNPRINTABLE = /[\u0000-\u001F\u007F-\u009F\uFFFE\uFFFF\uFEFF\u200B]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;
const LETTER = /\p{L}/u;
const UNSPACED_SCRIPT = /[\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF\uFF01-\uFF60]/;
const MARKS = /^\p{M}+$/u;

const MATHEMATICAL_SIGN =
  /[\u00B1\u00D7\u00F7\u0370-\u03FF\u2190-\u22FF\u27C0-\u27EF\u2980-\u2AFF\u{1D400}-\u{1D7FF}]/u;

/** Radicals that fonts name for the characters of the same shape, each followed by that character. */
const RADICALS = new Map(
  [
    '\u2E81\u5382 \u2E84\u4E59 \u2E86\u5182 \u2E88\u5200 \u2E8B\u5369 \u2E9F\u6BCD \u2EA0\u6C11 \u2EC1\u864E \u2EC4\u897F',
    '\u2EC5\u89C1 \u2EC6\u89D2 \u2EC9\u8D1D \u2ECB\u8F66 \u2ED3\u957F \u2ED4\u95E8 \u2ED8\u9752 \u2ED9\u97E6 \u2EDA\u9875',
    '\u2EDB\u98CE \u2EDC\u98DE \u2EDD\u98DF \u2EE2\u9A6C \u2EE3\u9AA8 \u2EE4\u9B3C \u2EE5\u9C7C \u2EE6\u9E1F \u2EE7\u5364',
    '\u2EE8\u9EA6 \u2EE9\u9EC4 \u2EEC\u9F50 \u2EEE\u9F7F \u2EF0\u9F99 \u2EF3\u9F9F',
  ]
    .join(' ')
    .split(' ')
    .map(([radical = '', character = '']) => [radical, character]),
);

/** Accents that old fonts set as characters of their own over a letter, and what combines instead. */
const SPACING_ACCENTS: Readonly<Record<string, string>> = {
  '`': '\u0300',
  '\u00B4': '\u0301',
  '\u02C6': '\u0302',
  '\u02DC': '\u0303',
  '\u00AF': '\u0304',
  '\u00A8': '\u0308',
  '\u02DA': '\u030A',
  '\u02C7': '\u030C',
  '\u00B8': '\u0327',
};

const TYPOGRAPHIC: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201A': "'",
  '\u201B': "'",
  '\u201C': '"',
  '\u201D': '"',
  '\u201E': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2044': '/',
};
const TYPOGRAPHIC_CHARACTERS = new RegExp(`[${Object.keys(TYPOGRAPHIC).join('')}]`, 'g');

/** A glyph's text with ligatures and contextual shapes taken apart and nothing unprintable. */
export function plainGlyph(text: string): string {
  if (text.length === 1 && text > ' ' && text < '\u007F') return text;
  return text
    .replace(PRESENTATION_FORMS, (shape) => shape.normalize('NFKC'))
    .replace(RADICAL, (radical) => RADICALS.get(radical) ?? radical)
    .replace(UNPRINTABLE, '')
    .replace(/[\u00A0\u2000-\u200A\u202F\u3000]/g, ' ');
}

/**
 * Text as the exports show it: quotation marks, dashes and the fraction slash as on a keyboard.
 * Producers of PDF disagree on them for the same words; docling folds them in the same way.
 */
export function folded(text: string): string {
  return text.replace(TYPOGRAPHIC_CHARACTERS, (character) => TYPOGRAPHIC[character] ?? character);
}

/** Rules out Latin text without a regular expression. */
function mayBeRightToLeft(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) >= 0x590) return true;
  return false;
}

export function isRightToLeft(text: string): boolean {
  return mayBeRightToLeft(text) && RIGHT_TO_LEFT.test(text) && LETTER.test(text);
}

export function isLeftToRightLetter(text: string): boolean {
  return LETTER.test(text) && !(mayBeRightToLeft(text) && RIGHT_TO_LEFT.test(text));
}

/** Whether words of the script stand without spaces between, as in Chinese and Japanese. */
export function isUnspaced(text: string): boolean {
  return text > '\u3000' && UNSPACED_SCRIPT.test(text);
}

export function isCombiningMark(text: string): boolean {
  return text > '\u0300' && MARKS.test(text);
}

/** Whether the character is one of those that stand in formulas and hardly elsewhere. */
export function isMathematicalSign(text: string): boolean {
  if (text < '\u007F') return text === '=' || text === '+' || text === '<' || text === '>';
  return MATHEMATICAL_SIGN.test(text);
}

export function isBullet(text: string): boolean {
  return text === '\u2022' || text === '\u00B7' || text === '\u25E6' || text === '\u2217' || text === '\u2020';
}

/** The combining form of an accent that is set as a character of its own, if it is one. */
export function combiningForm(text: string): string | undefined {
  return SPACING_ACCENTS[text];
}
