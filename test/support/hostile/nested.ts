/** `inner` within so many levels of an opening and its closing. */
export function nested(levels: number, open: string, close: string, inner = 'A pear'): string {
  return open.repeat(levels) + inner + close.repeat(levels);
}
