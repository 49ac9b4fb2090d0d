import SSF from 'ssf';
import { floatText } from '../../package/float-text.js';
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

/**
 * A number of a cell as Docling writes it, which is as Python does: dates as `2024-01-31 12:00:00`, durations as
 * `1 day, 1:30:00`, whole numbers as they stand, fractions in full precision.
 */
export function numberText(text: string, kind: NumberKind, date1904: boolean): string {
  // Whole numbers stay as written, however long.
  if (kind === 'number' && /^-?\d+$/.test(text)) return text;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  if (kind === 'duration') return durationText(value);
  return kind === 'date' && value >= 0 && value < LAST_DAY ? dateText(value, date1904) : floatText(value);
}

function dateText(serial: number, date1904: boolean): string {
  // Excel takes 1900 for a leap year, so that the days before March are one off.
  const day = !date1904 && serial >= 1 && serial < 60 ? serial + 1 : serial;
  const moment = new Date((date1904 ? EPOCH_1904 : EPOCH_1900) + Math.round(day * DAY_MS));
  const [date = '', time = ''] = moment.toISOString().split('T');
  const clock = time.slice(0, 8) + microseconds(moment.getUTCMilliseconds());
  return serial < 1 ? clock : `${date} ${clock}`;
}

/** Whole days, which alone carry the sign, and then the time of day. */
function durationText(days: number): string {
  const total = Math.round(days * DAY_MS);
  const whole = Math.floor(total / DAY_MS);
  const rest = total - whole * DAY_MS;
  const two = (part: number) => String(part).padStart(2, '0');
  const seconds = Math.floor(rest / 1_000);
  const clock = `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const time = clock + microseconds(rest % 1_000);
  return whole === 0 ? time : `${whole} ${Math.abs(whole) === 1 ? 'day' : 'days'}, ${time}`;
}

function microseconds(milliseconds: number): string {
  return milliseconds === 0 ? '' : `.${String(milliseconds * 1_000).padStart(6, '0')}`;
}
