/** @typedef {{ start: number, end: number, step: number }} TimeRange in seconds of Unix time */
/** @typedef {Readonly<Record<string, string>>} Values of variables */
/** @typedef {{ expr: string, legendFormat: string, instant: boolean }} Target */
/** @typedef {{ legend: string, points: import('./prometheus-api.mjs').Series['points'] }} NamedSeries */

/** Chosen in Grafana, not asked of Prometheus: it says which one is asked. */
const DATA_SOURCE = 'datasource';

/**
 * The values that the variables of a dashboard have when it is opened: of one that takes many all, else the first.
 *
 * @param {{ templating: { list: { name: string, type: string, query: string, includeAll: boolean, allValue?: string }[] } }} dashboard
 * @param {import('./prometheus-api.mjs').PrometheusApi} prometheus
 * @returns {Promise<Record<string, string>>}
 * @throws Error when there are none, as on a Prometheus that does not scrape the service
 */
export async function resolveVariables({ templating }, prometheus) {
  /** @type {Record<string, string>} */
  const values = {};
  for (const { name, type, query, includeAll, allValue } of templating.list) {
    if (type === DATA_SOURCE) continue;
    const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
    if (selector === undefined || label === undefined) throw new Error(`Variable ${name} asks for ${query}`);
    const found = await prometheus.labelValues(label, fillIn(selector, values));
    const [first] = found.sort();
    if (first === undefined)
      throw new Error(`Variable ${name} has no value: no series for ${fillIn(selector, values)}`);
    values[name] = includeAll ? (allValue ?? found.join('|')) : first;
  }
  return values;
}

/**
 * Puts the values of variables into an expression or a text.
 *
 * @param {string} text
 * @param {Values} values
 * @throws Error when it names a variable that is not there
 */
export function fillIn(text, values) {
  return text.replace(/\$\{?(\w+)\}?/g, (_, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`There is no variable ${name}, which this names: ${text}`);
    return value;
  });
}

/**
 * The built-in variables that expressions here use, as Grafana counts them.
 *
 * @param {TimeRange} range
 * @param {number} scrapeSeconds
 * @returns {Record<string, string>}
 */
export function builtIn({ step }, scrapeSeconds) {
  return { __rate_interval: `${Math.max(step + scrapeSeconds, 4 * scrapeSeconds)}s` };
}

/**
 * What one query of a panel draws.
 *
 * @param {Target} target
 * @param {{ prometheus: import('./prometheus-api.mjs').PrometheusApi, values: Values, range: TimeRange }} source
 * @returns {Promise<NamedSeries[]>}
 */
export async function readTarget({ expr, legendFormat, instant }, { prometheus, values, range }) {
  const query = fillIn(expr, values);
  const series = instant ? await prometheus.instant(query) : await prometheus.range(query, range);
  return series.map(({ labels, points }) => ({
    legend: legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? ''),
    points,
  }));
}
