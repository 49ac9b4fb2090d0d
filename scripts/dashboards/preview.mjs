import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ROOT } from '../bootstrap/checkout.mjs';
import { builtIn, readTarget, resolveVariables } from './panel-data.mjs';

const DASHBOARDS = path.join(ROOT, 'monitoring/grafana/dashboards');
const PAGE = path.join(ROOT, 'scripts/dashboards/page');
/** Points of a line: about as many as a panel is wide. */
const POINTS = 240;

/** The dashboards that there are, in the order of a page with all of them. */
export const NAMES = ['service', 'jobs', 'postgresql'];

/**
 * A range of time up to now. Its bounds are multiples of the step, as Grafana's are.
 *
 * @param {number} seconds
 * @returns {import('./panel-data.mjs').TimeRange}
 */
export function rangeOf(seconds) {
  const step = Math.max(1, Math.ceil(seconds / POINTS));
  const end = Math.floor(Date.now() / 1_000 / step) * step;
  return { start: end - Math.ceil(seconds / step) * step, end, step };
}

/**
 * A dashboard with what each of its panels shows.
 *
 * @param {string} name
 * @param {{ prometheus: import('./prometheus-api.mjs').PrometheusApi, range: import('./panel-data.mjs').TimeRange }} source
 */
export async function readDashboard(name, { prometheus, range }) {
  const dashboard = JSON.parse(await readFile(path.join(DASHBOARDS, `${name}.json`), 'utf8'));
  const chosen = await resolveVariables(dashboard, prometheus);
  const values = { ...chosen, ...builtIn(range, await prometheus.scrapeSeconds()) };
  const panels = [];
  for (const panel of dashboard.panels) {
    const series = [];
    for (const target of panel.targets ?? []) series.push(...(await readTarget(target, { prometheus, values, range })));
    panels.push({ ...panel, series });
  }
  return { title: dashboard.title, description: dashboard.description, values: chosen, panels };
}

/**
 * One page with everything in it: it opens from a disk and asks nobody for anything.
 *
 * @param {readonly Awaited<ReturnType<typeof readDashboard>>[]} dashboards
 * @param {import('./panel-data.mjs').TimeRange} range
 */
export async function pageOf(dashboards, range) {
  const uplot = path.dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const imports = {
    uplot: await asUrl(path.join(uplot, 'dist/uPlot.esm.js')),
    '#units': await asUrl(path.join(PAGE, 'units.mjs')),
    '#numbers': await asUrl(path.join(PAGE, 'numbers.mjs')),
    '#graph': await asUrl(path.join(PAGE, 'graph.mjs')),
  };
  const styles = [path.join(uplot, 'dist/uPlot.min.css'), path.join(PAGE, 'page.css')];
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>docling-jobs: dashboards</title>',
    ...(await Promise.all(styles.map(async (file) => `<style>${await readFile(file, 'utf8')}</style>`))),
    `<script type="importmap">${asJson({ imports })}</script>`,
    `<script type="application/json" id="data">${asJson({ dashboards, range })}</script>`,
    `<body><script type="module">${await readFile(path.join(PAGE, 'page.mjs'), 'utf8')}</script></body></html>\n`,
  ].join('\n');
}

/** @param {string} file a module of JavaScript */
async function asUrl(file) {
  return `data:text/javascript;base64,${(await readFile(file)).toString('base64')}`;
}

/** JSON that ends no element of HTML, whatever a label says. @param {unknown} value */
function asJson(value) {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
