const LIMIT_MS = 15_000;

/**
 * @typedef {object} Series
 * @property {Record<string, string>} labels
 * @property {(readonly [seconds: number, value: number])[]} points
 */

/** What dashboards ask a Prometheus for. */
export class PrometheusApi {
  /** @param {string} url */
  constructor(url) {
    this.url = url.replace(/\/+$/, '');
  }

  /**
   * Values at this moment.
   *
   * @param {string} query
   * @returns {Promise<Series[]>}
   * @throws Error with what Prometheus says of it
   */
  async instant(query) {
    const { result } = await this.#ask('query', { query });
    if (!Array.isArray(result)) throw new Error(`Prometheus answered no series for ${query}`);
    return result.map(({ metric, value }) => ({ labels: metric, points: [pointOf(value)] }));
  }

  /**
   * @param {string} query
   * @param {import('./panel-data.mjs').TimeRange} range
   * @returns {Promise<Series[]>}
   */
  async range(query, { start, end, step }) {
    const { result } = await this.#ask('query_range', { query, start, end, step });
    return result.map(({ metric, values }) => ({ labels: metric, points: values.map(pointOf) }));
  }

  /**
   * @param {string} label
   * @param {string} selector
   * @returns {Promise<string[]>}
   */
  async labelValues(label, selector) {
    return this.#ask(`label/${encodeURIComponent(label)}/values`, { 'match[]': selector });
  }

  /** The longest time between two scrapes of a target, in seconds: below four times it a rate may have no value. */
  async scrapeSeconds() {
    const { activeTargets } = await this.#ask('targets', { state: 'active' });
    const seconds = activeTargets.map(({ scrapeInterval }) => secondsOf(scrapeInterval));
    return Math.max(1, ...seconds);
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number>} parameters
   */
  async #ask(path, parameters) {
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
    const url = `${this.url}/api/v1/${path}?${query}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) }).catch((error) => {
      throw new Error(`No answer from the Prometheus at ${this.url}`, { cause: error });
    });
    const body = await response.json().catch(() => undefined);
    if (body?.status === 'success') return body.data;
    throw new Error(`Prometheus refused ${JSON.stringify(parameters)}: ${body?.error ?? response.status}`);
  }
}

/**
 * @param {[number, string]} sample
 * @returns {readonly [number, number]}
 */
function pointOf([seconds, value]) {
  const number = { '+Inf': Infinity, '-Inf': -Infinity }[value] ?? Number(value);
  return [seconds, number];
}

/** @param {string} duration as Prometheus writes it: `15s`, `1m30s` */
function secondsOf(duration) {
  const units = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };
  const parts = [...duration.matchAll(/(\d+)(ms|[smhd])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[/** @type {'s'} */ (unit)], 0);
}
