import type { Line } from './model.js';

export interface ListMarker {
  /** `-` for a bullet of any shape, else the number as it is written. */
  readonly marker: string;
  readonly enumerated: boolean;
  /** The text after the marker. */
  readonly rest: string;
}

/** Bullets as characters, and at the places where symbol fonts put theirs. */
const BULLET =
  /^([\u2022\u2023\u2043\u204C\u25AA\u25AB\u25B6\u25B8\u25BA\u25CB\u25CF\u25E6\u25A0\u25A1\u25FE\u27A2\u2794\u2756\u2713\u2714\u00B7\u2219\u22C5\uF0A7\uF0B7\uF0D8\uF076\uF0FC\uF02D\uF0E0])\s*(.*)$/su;
/** Characters that are bullets only with a space after them. */
const DASH = /^([*\u2013\u2014-])(?:\s+(.*))?$/s;
const NUMBER =
  /^((?:\d{1,3}|[a-z]|[ivx]{2,5})[.)]|[A-Z]\)|\((?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})\)|\[\d{1,3}\])(?:\s+(.*))?$/s;

/** The list marker that `text` starts with, if it starts with one. */
export function listMarkerOf(text: string): ListMarker | undefined {
  const bullet = BULLET.exec(text) ?? DASH.exec(text);
  if (bullet) return { marker: '-', enumerated: false, rest: bullet[2] ?? '' };
  const number = NUMBER.exec(text);
  return number ? { marker: number[1] ?? '', enumerated: true, rest: number[2] ?? '' } : undefined;
}

/** As `listMarkerOf`, and the hollow bullet that word processors set as the letter o at a distance. */
export function lineMarkerOf(line: Line): ListMarker | undefined {
  const [first, second] = line.words;
  if (first?.text === 'o' && second && second.x0 - first.x1 > 0.6 * line.size)
    return { marker: '-', enumerated: false, rest: line.text.slice(1).trimStart() };
  return listMarkerOf(line.text);
}
