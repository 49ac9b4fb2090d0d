import { formatValue } from '#units';

const COLOURS = {
  green: '#2f8f46',
  orange: '#e0752d',
  red: '#d44a3a',
  blue: '#5794f2',
  text: 'transparent',
  transparent: 'transparent',
};

/**
 * @param {string} name
 * @param {string} className
 * @param {string} [text]
 */
export function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {string} name one of Grafana's colours */
export function colourOf(name) {
  return COLOURS[name] ?? name;
}

/**
 * One number on the colour of its threshold.
 *
 * @param {HTMLElement} box
 * @param {import('./page.mjs').DrawnPanel} panel
 */
export function drawStat(box, { series, fieldConfig: { defaults } }) {
  const value = series[0]?.points.at(-1)?.[1];
  const isNumber = value !== undefined && Number.isFinite(value);
  const mapped = defaults.mappings?.[0]?.options[String(value)]?.text;
  const text = isNumber ? (mapped ?? formatValue(value, defaults.unit)) : (defaults.noValue ?? 'No data');
  const step = isNumber
    ? defaults.thresholds.steps.findLast((one) => one.value === null || value >= one.value)
    : undefined;
  box.style.background = step === undefined ? '' : colourOf(step.color);
  box.append(element('div', 'value', text));
}

/**
 * A bar for each series.
 *
 * @param {HTMLElement} box
 * @param {import('./page.mjs').DrawnPanel} panel
 */
export function drawBars(box, { series, fieldConfig: { defaults } }) {
  const rows = series.map(({ legend, points }) => ({ legend, value: points.at(-1)?.[1] ?? NaN }));
  const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE);
  const list = element('div', 'bars');
  for (const { legend, value } of rows.toSorted((a, b) => b.value - a.value)) {
    const bar = element('div', 'bar');
    bar.style.width = `${(100 * value) / most}%`;
    bar.style.background = colourOf(defaults.thresholds.steps[0].color);
    const track = element('div', 'track');
    track.append(bar);
    list.append(element('span', 'legend', legend), track, element('span', 'number', formatValue(value, defaults.unit)));
  }
  box.append(list);
}
