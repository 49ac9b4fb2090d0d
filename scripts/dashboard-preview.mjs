// `npm run dashboard:preview [-- --prometheus URL --dashboard NAME --minutes N --out FILE]`: draws the dashboards of
// monitoring/grafana from a Prometheus into one page that needs nothing else. Without an address it starts the stage of the alerts
// drill with jobs of all kinds for a minute, and draws that. docs/monitoring.md says more.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { STAGE_TOOLS } from './alerts-drill/tools.mjs';
import { build, isBuilt } from './bootstrap/build.mjs';
import { ROOT } from './bootstrap/checkout.mjs';
import { exclusively } from './bootstrap/exclusive.mjs';
import { requireNode } from './bootstrap/node-version.mjs';
import { arePackagesInstalled, installPackages } from './bootstrap/packages.mjs';
import { provideTools } from './bootstrap/provide-tools.mjs';

const STAGE_SECONDS = 60;
const DEFAULT_MINUTES = 180;

requireNode();
process.chdir(ROOT);
const say = (/** @type {string} */ line) => console.log(line);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
try {
  const { prometheus, dashboard, minutes, out } = options();
  await exclusively(async (lock) => {
    if (!arePackagesInstalled()) await installPackages(lock);
    if (prometheus !== undefined) return;
    if (!isBuilt()) await build(lock);
    await provideTools('The stage', STAGE_TOOLS);
  });
  const { NAMES } = await import('./dashboards/preview.mjs');
  if (dashboard !== undefined && !NAMES.includes(dashboard)) {
    throw new Error(`There is no dashboard ${dashboard}. There are: ${NAMES.join(', ')}`);
  }
  const names = dashboard === undefined ? NAMES : [dashboard];
  if (prometheus === undefined) await drawStage(names, out);
  else await draw(names, { url: prometheus, seconds: minutes * 60, out });
} catch (error) {
  console.error(`dashboard preview: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
process.exit();

/** @throws Error that says what to write instead */
function options() {
  const { values } = parseArgs({
    options: {
      prometheus: { type: 'string' },
      dashboard: { type: 'string' },
      minutes: { type: 'string', default: String(DEFAULT_MINUTES) },
      out: { type: 'string', default: path.join('perf', 'results', 'dashboards.html') },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes takes a number above 0, not ${values.minutes}`);
  if (values.prometheus !== undefined && !/^https?:\/\/[^/]/.test(values.prometheus)) {
    throw new Error(`--prometheus takes an address such as http://127.0.0.1:9090, not ${values.prometheus}`);
  }
  return { ...values, minutes };
}

/**
 * @param {readonly string[]} names
 * @param {string} out
 */
async function drawStage(names, out) {
  const { Curtain, setStage } = await import('./alerts-drill/stage.mjs');
  const { JobLoad } = await import('./dashboards/job-load.mjs');
  const curtain = new Curtain();
  let isDone = false;
  try {
    const stage = await setStage({ curtain, signal: stop.signal, say });
    const load = new JobLoad();
    load.start(stage.service.url, stage.documents.url);
    curtain.add(() => load.stop());
    say(`jobs of all kinds for ${STAGE_SECONDS} s`);
    await delay(STAGE_SECONDS * 1_000, undefined, { signal: stop.signal });
    await draw(names, { url: stage.prometheusUrl, seconds: STAGE_SECONDS, out });
    isDone = true;
  } finally {
    await curtain.fall({ keepFolder: !isDone && !stop.signal.aborted, say });
  }
}

/**
 * @param {readonly string[]} names
 * @param {{ url: string, seconds: number, out: string }} options
 */
async function draw(names, { url, seconds, out }) {
  const { pageOf, rangeOf, readDashboard } = await import('./dashboards/preview.mjs');
  const { PrometheusApi } = await import('./dashboards/prometheus-api.mjs');
  const source = { prometheus: new PrometheusApi(url), range: rangeOf(seconds) };
  const dashboards = [];
  for (const name of names) dashboards.push(await readDashboard(name, source));
  await mkdir(path.dirname(out), { recursive: true });
  await writeFile(`${out}.new`, await pageOf(dashboards, source.range));
  await rename(`${out}.new`, out);
  for (const { title, panels } of dashboards) {
    const shown = panels.filter(({ type }) => type !== 'row');
    const empty = shown.filter(({ series }) => series.length === 0).map((panel) => panel.title);
    say(`${title}: ${shown.length} panels${empty.length === 0 ? '' : `, without data: ${empty.join(', ')}`}`);
  }
  say(`drawn into ${out}`);
}
