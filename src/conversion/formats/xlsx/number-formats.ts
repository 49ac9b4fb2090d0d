import SSF from 'ssf';
import type { XmlElement } from '../../package/xml-tree.js';

/** What a number means in a cell of some style. */
export type NumberKind = 'number' | 'date' | 'duration';

/** Date formats of East Asian locales, which the file does not spell out. */
const isAsianDate = (id: number): boolean => (id >= 27 && id <= 36) || (id >= 50 && id <= 58);

/** Characters that Excel allows in a format. */
const LONGEST_CODE = 255;

const DAY_MS = 86_400_000;
/** Day 0 of each way of counting, as milliseconds since 1970. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** 31 December 9999, the last day of a sheet. */
const LAST_DAY = 2_958_466;

/** The kind of number for each style index of `styles.xml`. */
export function readNumberKinds(root: XmlElement | undefined): NumberKind[] {
  const codes = new Map<number, string>();
  for (const format of root?.child('x:numFmts')?.elements('x:numFmt') ?? [])
    codes.set(Number(format.attribute('numFmtId')), (format.attribute('formatCode') ?? '').slice(0, LONGEST_CODE));
  const builtIn = SSF.get_table();
  return (root?.child('x:cellXfs')?.elements('x:xf') ?? []).map((style) => {
    const id = Number(style.attribute('numFmtId') ?? 0);
    return kindOf(id, codes.get(id) ?? builtIn[id] ?? 'General');
  });
}

function kindOf(id: number, code: string): NumberKind {
  if (/\[(?:h+|m+|s+)\]/i.test(code)) return 'duration';
  return isAsianDate(id) || SSF.is_date(code) ? 'date' : 'number';
}

/** A number of a cell as text: dates in ISO form, durations as hours, minutes and seconds, others in full precision. */
export function numberText(text: string, kind: NumberKind, date1904: boolean): string {
  // Whole numbers stay as written, however long.
  if (kind === 'number' && /^-?\d+$/.test(text)) return text;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  if (kind === 'duration') return durationText(value);
  return kind === 'date' && value >= 0 && value < LAST_DAY ? dateText(value, date1904) : String(value);
}

function dateText(serial: number, date1904: boolean): string {
  // Excel takes 1900 for a leap year, so that the days before March are one off.
  const day = !date1904 && serial >= 1 && serial < 60 ? serial + 1 : serial;
  const moment = new Date((date1904 ? EPOCH_1904 : EPOCH_1900) + Math.round(day * DAY_MS));
  const iso = moment
    .toISOString()
    .replace('T', ' ')
    .replace(/(?:\.000)?Z$/, '');
  return serial < 1 ? iso.slice(11) : iso;
}

function durationText(days: number): string {
  const seconds = Math.round(Math.abs(days) * 86_400);
  const two = (part: number) => String(part).padStart(2, '0');
  const sign = days < 0 ? '-' : '';
  return `${sign}${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
