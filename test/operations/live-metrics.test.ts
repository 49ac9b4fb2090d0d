/** @needs initdb, postgres, pg_basebackup, pgbouncer, prometheus, prometheus-alertmanager, prometheus-node-exporter, prometheus-postgres-exporter */
import { setTimeout as delay } from 'node:timers/promises';
import { Curtain, setStage } from '../../scripts/alerts-drill/stage.mjs';
import { JobLoad } from '../../scripts/dashboards/job-load.mjs';
import { builtIn, readTarget, resolveVariables } from '../../scripts/dashboards/panel-data.mjs';
import { PrometheusApi } from '../../scripts/dashboards/prometheus-api.mjs';
import { metricsIn, readRuleFiles } from '../support/alert-rules.js';
import { panelsOf, readDashboards, type Dashboard, type Panel } from '../support/dashboards.js';

/** What a panel or a rule needs and the stage has not: its servers speak no TLS. */
const CERTIFICATE = 'docling_jobs_database_certificate_expiry_timestamp_seconds';

const SETTLE_LIMIT_MS = 90_000;
const LOOK_AGAIN_MS = 1_000;

const dashboards = readDashboards();
const curtain = new Curtain();
let prometheus: PrometheusApi;

beforeAll(async () => {
  const stage = await setStage({ curtain, signal: new AbortController().signal, say: () => undefined });
  prometheus = new PrometheusApi(stage.prometheusUrl);
  const load = new JobLoad();
  load.start(stage.service.url, stage.documents.url);
  curtain.add(() => load.stop());
}, 120_000);
afterAll(() => curtain.fall({ keepFolder: false, say: () => undefined }), 60_000);

describe('the metrics that alerts name', () => {
  const named = [...new Set(readRuleFiles().flatMap(({ expr }) => metricsIn(expr)))];
  const missing = async () => {
    const found = await Promise.all(named.map((name) => prometheus.instant(`count(${name})`)));
    return named.filter((_, index) => found[index]!.length === 0);
  };

  test(
    'when the real exporters and the real service are scraped, then each has samples',
    async () => {
      expect(await settled(missing, 1)).toEqual([CERTIFICATE]);
    },
    SETTLE_LIMIT_MS + 10_000,
  );

  test('when two are divided, then those of connections match, and the exporter’s own do not', async () => {
    await expect(prometheus.instant('pg_connections_used / pg_connections_usable')).resolves.not.toEqual([]);
    await expect(prometheus.instant('pg_stat_database_numbackends / pg_settings_max_connections')).resolves.toEqual([]);
  });
});

describe.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))('%s', (_, dashboard) => {
  test(
    'when it is opened while jobs run, then every query of every panel answers with data',
    async () => {
      expect(await settled(() => withoutData(dashboard), 0)).toEqual([]);
    },
    SETTLE_LIMIT_MS + 10_000,
  );

  test('when the stage has no TLS, then only the panels of the certificate are left out above', async () => {
    const leftOut = panelsOf(dashboard).filter(needsCertificate);

    await expect(emptyTargets(dashboard, leftOut)).resolves.toHaveLength(leftOut.length);
  });
});

/** What is missing once no more than `expected` are, or at the limit: rates need some scrapes. */
async function settled(missing: () => Promise<string[]>, expected: number): Promise<string[]> {
  const deadline = performance.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const names = await missing();
    if (names.length <= expected || performance.now() > deadline) return names;
    await delay(LOOK_AGAIN_MS);
  }
}

function withoutData(dashboard: Dashboard): Promise<string[]> {
  return emptyTargets(
    dashboard,
    panelsOf(dashboard).filter((panel) => !needsCertificate(panel)),
  );
}

function needsCertificate({ targets = [] }: Panel): boolean {
  return targets.some(({ expr }) => expr.includes(CERTIFICATE));
}

/** Each query, with its panel's title, that has no number to show; rejects when Prometheus refuses one. */
async function emptyTargets(dashboard: Dashboard, panels: readonly Panel[]): Promise<string[]> {
  const end = Math.floor(Date.now() / 1_000);
  const range = { start: end - 60, end, step: 5 };
  const chosen = await resolveVariables(dashboard, prometheus);
  const values = { ...chosen, ...builtIn(range, await prometheus.scrapeSeconds()) };
  const empty: string[] = [];
  for (const { title, targets = [] } of panels) {
    for (const target of targets) {
      const series = await readTarget(target, { prometheus, values, range });
      const isEmpty = !series.some(({ points }) => points.some(([, value]) => Number.isFinite(value)));
      if (isEmpty) empty.push(`${title}: ${target.expr}`);
    }
  }
  return empty;
}
