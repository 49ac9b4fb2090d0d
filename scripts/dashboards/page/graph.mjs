import uPlot from 'uplot';
import { colourOf, element } from '#numbers';
import { formatValue } from '#units';

/** Grafana's classic palette. */
const PALETTE = [
  '#7eb26d',
  '#eab839',
  '#6ed0e0',
  '#ef843c',
  '#e24d42',
  '#5794f2',
  '#ba43a9',
  '#705da0',
  '#508642',
  '#cca300',
];
const GRID = { stroke: '#2c3235', width: 1 };
const LINE_HEIGHT = 17;
const LEGEND_LINES = 4;

/**
 * Lines over time with the limit of an alert across, and a table of the last and the largest values.
 *
 * @param {HTMLElement} box
 * @param {import('./page.mjs').DrawnPanel} panel
 * @param {import('../panel-data.mjs').TimeRange} range
 */
export function drawGraph(box, { series, fieldConfig: { defaults } }, range) {
  if (series.length === 0) {
    box.append(element('div', 'value', 'No data'));
    return;
  }
  const times = Array.from(
    { length: Math.floor((range.end - range.start) / range.step) + 1 },
    (_, i) => range.start + i * range.step,
  );
  const columns = series.map(({ points }) => aligned(points, times));
  const isStacked = defaults.custom.stacking.mode === 'normal';
  const plotBox = element('div', 'plot');
  box.append(plotBox, legendOf(series, columns, defaults.unit));
  const legendHeight = LINE_HEIGHT * (Math.min(series.length, LEGEND_LINES) + 1);
  const limit =
    defaults.custom.thresholdsStyle.mode === 'off'
      ? undefined
      : defaults.thresholds.steps.find(({ value }) => value !== null);
  new uPlot(
    {
      width: box.clientWidth - 16,
      height: box.clientHeight - 42 - legendHeight,
      legend: { show: false },
      cursor: { sync: { key: 'time' } },
      scales: { y: { range: (_, least, most) => extent(least ?? 0, most ?? 0, defaults) } },
      axes: [
        { stroke: '#9fa7b3', grid: GRID, ticks: GRID, size: 26, font: '11px sans-serif' },
        {
          stroke: '#9fa7b3',
          grid: GRID,
          ticks: GRID,
          size: 74,
          font: '11px sans-serif',
          values: (_, splits) => splits.map((value) => formatValue(value, defaults.unit)),
        },
      ],
      series: [
        {},
        ...series.map(({ legend }, index) => ({
          label: legend,
          stroke: PALETTE[index % PALETTE.length],
          fill: `${PALETTE[index % PALETTE.length]}${isStacked ? '55' : '14'}`,
          width: defaults.custom.lineWidth,
          points: { show: false },
        })),
      ],
      hooks: { draw: limit === undefined ? [] : [(plot) => drawLimit(plot, limit)] },
    },
    [times, ...(isStacked ? stacked(columns) : columns)],
    plotBox,
  );
}

/**
 * One value for each time; null where there is none.
 *
 * @param {import('./page.mjs').NamedSeries['points']} points
 * @param {readonly number[]} times
 */
function aligned(points, times) {
  const values = new Map(points);
  return times.map((time) => {
    const value = values.get(time);
    return value !== undefined && Number.isFinite(value) ? value : null;
  });
}

/** Sums from the last series up, so that the first is drawn at the back and on top. @param {(number | null)[][]} columns */
function stacked(columns) {
  /** @type {number[]} */
  let below = [];
  return columns
    .toReversed()
    .map((column) => (below = column.map((value, index) => (value ?? 0) + (below[index] ?? 0))))
    .toReversed();
}

/**
 * @param {number} least
 * @param {number} most
 * @param {{ min?: number, max?: number }} fixed
 * @returns {[number, number]}
 */
function extent(least, most, { min = least, max }) {
  const top = most > min ? most + (most - min) * 0.1 : min + 1;
  return [min, max ?? top];
}

/**
 * @param {uPlot} plot
 * @param {{ value: number, color: string }} limit
 */
function drawLimit(plot, { value, color }) {
  const y = plot.valToPos(value, 'y', true);
  const { left, top, width, height } = plot.bbox;
  if (y < top || y > top + height) return;
  plot.ctx.save();
  plot.ctx.strokeStyle = color === 'transparent' || color === 'green' ? colourOf('orange') : colourOf(color);
  plot.ctx.setLineDash([8, 6]);
  plot.ctx.beginPath();
  plot.ctx.moveTo(left, y);
  plot.ctx.lineTo(left + width, y);
  plot.ctx.stroke();
  plot.ctx.restore();
}

/**
 * @param {readonly import('./page.mjs').NamedSeries[]} series
 * @param {readonly (number | null)[][]} columns
 * @param {string} unit
 */
function legendOf(series, columns, unit) {
  const table = element('div', 'legends');
  table.append(element('span', ''), element('span', ''), element('b', '', 'Last'), element('b', '', 'Max'));
  series.forEach(({ legend }, index) => {
    const numbers = (columns[index] ?? []).filter((value) => value !== null);
    const mark = element('i', 'mark');
    mark.style.background = PALETTE[index % PALETTE.length] ?? '';
    const shown = [numbers.at(-1), numbers.length > 0 ? Math.max(...numbers) : undefined];
    table.append(
      mark,
      element('span', 'legend', legend),
      ...shown.map((value) => element('span', 'number', value === undefined ? '' : formatValue(value, unit))),
    );
  });
  return table;
}
