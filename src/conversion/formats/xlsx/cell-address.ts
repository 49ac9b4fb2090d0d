/** 0-based, both ends included. */
export interface CellRange {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** What a sheet can hold in the file format. */
export const MAX_ROWS = 1_048_576;
export const MAX_COLUMNS = 16_384;

/** The 0-based column of `A1`, `$AB$12` or `XFD`; -1 when there is none. */
export function columnOf(address: string): number {
  let column = 0;
  for (let index = address.charCodeAt(0) === 36 ? 1 : 0; index < address.length; index += 1) {
    const letter = address.charCodeAt(index) & ~32;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
    if (column > MAX_COLUMNS) return -1;
  }
  return column - 1;
}

/** `A1:C3` or `B2`, with or without dollar signs; undefined when it is no such range. */
export function parseRange(text: string): CellRange | undefined {
  const match = /^\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$/i.exec(text);
  if (!match) return undefined;
  const [, left = '', top = '', right = left, bottom = top] = match;
  const range = { top: Number(top) - 1, left: columnOf(left), bottom: Number(bottom) - 1, right: columnOf(right) };
  const ordered = range.top >= 0 && range.top <= range.bottom && range.left >= 0 && range.left <= range.right;
  return ordered && range.bottom < MAX_ROWS ? range : undefined;
}

/** How many cells a range has room for. */
export function placesIn({ top, left, bottom, right }: CellRange): number {
  return (bottom - top + 1) * (right - left + 1);
}
