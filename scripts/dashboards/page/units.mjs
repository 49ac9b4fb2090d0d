// Grafana's units, as far as the dashboards use them. Runs in Node and in the page.

/** @typedef {readonly (readonly [from: number, name: string])[]} Scale the largest first */

/** @type {Scale} */
const TIME = [
  [7 * 86_400, ' weeks'],
  [86_400, ' days'],
  [3_600, ' hours'],
  [60, ' mins'],
  [1, ' s'],
  [1e-3, ' ms'],
  [1e-6, ' µs'],
];
/** @type {Scale} */
const BYTES = [
  [2 ** 40, ' TiB'],
  [2 ** 30, ' GiB'],
  [2 ** 20, ' MiB'],
  [2 ** 10, ' KiB'],
  [1, ' B'],
];
/** @type {Scale} */
const DECIMAL_BYTES = [
  [1e12, ' TB/s'],
  [1e9, ' GB/s'],
  [1e6, ' MB/s'],
  [1e3, ' kB/s'],
  [1, ' B/s'],
];
/** @type {Scale} */
const THOUSANDS = [
  [1e9, ' Bil'],
  [1e6, ' Mil'],
  [1e3, ' K'],
  [1, ''],
];

/** @type {Readonly<Record<string, (value: number) => string>>} */
const UNITS = {
  none: (value) => digits(value),
  short: (value) => scaled(value, THOUSANDS),
  percentunit: (value) => `${digits(value * 100)}%`,
  s: (value) => scaled(value, TIME),
  bytes: (value) => scaled(value, BYTES),
  Bps: (value) => scaled(value, DECIMAL_BYTES),
  reqps: (value) => `${scaled(value, THOUSANDS)} req/s`,
  ops: (value) => `${scaled(value, THOUSANDS)} ops/s`,
  rowsps: (value) => `${scaled(value, THOUSANDS)} rows/s`,
};

/**
 * A number as Grafana writes it; undefined for a unit that is not known here.
 *
 * @param {number} value
 * @param {string} unit
 * @returns {string | undefined}
 */
export function formatValue(value, unit) {
  return UNITS[unit]?.(value);
}

/**
 * @param {number} value
 * @param {Scale} scale
 */
function scaled(value, scale) {
  const size = Math.abs(value);
  const [from, name] =
    scale.find(([least]) => size >= least) ??
    (size === 0
      ? [1, scale.find(([least]) => least === 1)?.[1] ?? '']
      : /** @type {[number, string]} */ (scale.at(-1)));
  return `${digits(value / from)}${name}`;
}

/** Three digits that count, and no zeros after them. @param {number} value */
function digits(value) {
  const size = Math.abs(value);
  const places = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(places)));
}
