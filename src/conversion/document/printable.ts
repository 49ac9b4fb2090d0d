// Written as escapes, so that no control character stands in this file.
const UNPRINTABLE = new RegExp('[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF]', 'g');

/** `text` without the control characters that neither PostgreSQL's `text` nor XML can hold. */
export function printable(text: string): string {
  return text.search(UNPRINTABLE) < 0 ? text : text.replace(UNPRINTABLE, '');
}
