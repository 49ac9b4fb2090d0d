const FIGURE = /^(?:fig(?:ure|\.)?|chart|scheme|exhibit|plate|abb(?:ildung|\.)|figura)\s*/i;
const TABLE = /^(?:table|tab\.|tabelle|tableau|tabla)\s*/i;
const OTHER = /^(?:listing|algorithm)\s*/i;
const NUMBER = /^(?:[A-Z]?\d+(?:[.-]\d+)*|[IVX]+)\s*(?:[.:|\u2013-]|$)/;

/** What a line that starts as a caption does ("Figure 3:") is the caption of, if it is one. */
export function captionKindOf(text: string): 'picture' | 'table' | 'other' | undefined {
  if (isNumbered(text, FIGURE)) return 'picture';
  if (isNumbered(text, TABLE)) return 'table';
  return isNumbered(text, OTHER) ? 'other' : undefined;
}

function isNumbered(text: string, name: RegExp): boolean {
  const [found] = name.exec(text) ?? [];
  return found !== undefined && NUMBER.test(text.slice(found.length));
}
