import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { limitOf } from '../../monitoring/grafana/source/alert-limits.js';
import { fillIn } from '../../scripts/dashboards/panel-data.mjs';
import { formatValue } from '../../scripts/dashboards/page/units.mjs';
import { readRuleFiles, readYaml } from '../support/alert-rules.js';
import { panelsOf, readDashboards, type Panel } from '../support/dashboards.js';
import { ROOT } from '../support/generated.js';

const GRAFANA = path.join(ROOT, 'monitoring/grafana');
const GRID_WIDTH = 24;
const BY_VARIABLE = { type: 'prometheus', uid: '${datasource}' };

const dashboards = readDashboards();
const alerts = readRuleFiles().map(({ alert }) => alert);
/** What an alert is called in a text: two words at least, in one. */
const ALERT_NAMES = /\b(?:Postgres|PgBouncer|Jobs|Api|Backup|Database|Leases|Pitr|Target)(?:[A-Z][a-z]+)+\b/g;

describe('the files of Grafana', () => {
  test('when Grafana looks for dashboards, then it finds the files where docs/monitoring.md puts them', () => {
    const provider = readYaml(path.join(GRAFANA, 'provisioning/dashboards/docling-jobs.yml')) as {
      providers: { type: string; options: { path: string } }[];
    };
    const manual = readFileSync(path.join(ROOT, 'docs/monitoring.md'), 'utf8');
    const copies = /^cp monitoring\/grafana\/dashboards\/\*\.json (\S+)$/m.exec(manual);

    expect(provider.providers).toMatchObject([{ type: 'file', options: { path: copies?.[1] } }]);
  });

  test('when rates are taken, then the data source knows the scrape interval of Prometheus', () => {
    const sources = readYaml(path.join(GRAFANA, 'provisioning/datasources/prometheus.yml')) as {
      datasources: { type: string; jsonData: { timeInterval: string } }[];
    };
    const prometheus = readYaml(path.join(ROOT, 'monitoring/prometheus/prometheus.yml')) as {
      global: { scrape_interval: string };
    };

    expect(sources.datasources).toHaveLength(1);
    expect(sources.datasources[0]).toMatchObject({
      type: 'prometheus',
      jsonData: { timeInterval: prometheus.global.scrape_interval },
    });
  });

  test('when dashboards are compared, then each has its own id, and one a file', () => {
    const ids = dashboards.map(({ uid }) => uid);

    expect(new Set(ids).size).toBe(readdirSync(path.join(GRAFANA, 'dashboards')).length);
  });
});

describe.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))('%s', (_, dashboard) => {
  const panels = panelsOf(dashboard);

  test('when panels are placed, then each has its own id and place, within the grid', () => {
    const ids = dashboard.panels.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(overlaps(dashboard.panels)).toEqual([]);
    expect(
      dashboard.panels.filter(({ gridPos: { x, y, w, h } }) => Math.min(x, y) < 0 || h < 1 || x + w > GRID_WIDTH),
    ).toEqual([]);
  });

  test('when a panel is read, then it says what it shows, in a unit that is known, with a legend for each of many lines', () => {
    const wanting = panels.filter(
      ({ title, description = '', fieldConfig, targets = [] }) =>
        title.length === 0 ||
        !/\S{2,} \S.*\.$/.test(description) ||
        formatValue(1, fieldConfig?.defaults.unit ?? '') === undefined ||
        targets.length === 0 ||
        targets.some(({ expr, legendFormat, instant }) => expr === '' || (!instant && legendFormat === '')),
    );

    expect(wanting.map(({ title }) => title)).toEqual([]);
  });

  test('when another Prometheus or another cluster is chosen, then every query and every variable goes there', () => {
    const sources = [
      ...panels.flatMap(({ datasource, targets = [] }) => [datasource, ...targets.map((target) => target.datasource)]),
      ...dashboard.templating.list.filter(({ type }) => type === 'query').map(({ datasource }) => datasource),
    ];
    const values = Object.fromEntries(dashboard.templating.list.map(({ name }) => [name, 'chosen']));
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

    expect(sources.filter((source) => source?.uid !== BY_VARIABLE.uid || source.type !== BY_VARIABLE.type)).toEqual([]);
    expect(queries.filter((expr) => selectorsWithoutCluster(expr).length > 0)).toEqual([]);
    expect(() => queries.map((expr) => fillIn(expr, { ...values, __rate_interval: '1m' }))).not.toThrow();
  });

  test('when variables are listed, then some query uses each, and it depends on those before it only', () => {
    const { list } = dashboard.templating;
    const used = JSON.stringify([dashboard.panels, list.map(({ query, datasource }) => [query, datasource])]);

    expect(list.map(({ name }) => name).slice(0, 2)).toEqual(['datasource', 'cluster']);
    expect(list.filter(({ name }) => !new RegExp(`\\$\\{?${name}\\b`).test(used))).toEqual([]);
    list.forEach(({ query }, index) => {
      const before = Object.fromEntries(list.slice(0, index).map(({ name }) => [name, 'chosen']));
      expect(() => fillIn(query, before)).not.toThrow();
    });
  });

  test('when a panel names an alert, then there is one, and its limit is the panel’s', () => {
    const named = panels.map((panel) => [panel, panel.description?.match(ALERT_NAMES) ?? []] as const);
    const drawn = named.filter(([{ description = '' }]) =>
      /(Red|Orange) as the alert|the line is the limit/.test(description),
    );

    expect(named.flatMap(([, names]) => names).filter((name) => !alerts.includes(name))).toEqual([]);
    expect(drawn.filter(([panel, [name = '']]) => !hasLimitOf(panel, name)).map(([{ title }]) => title)).toEqual([]);
  });

  test('when it is opened, then its first row are numbers with colours', () => {
    const [heading, first] = dashboard.panels;

    expect(heading).toMatchObject({ type: 'row', gridPos: { y: 0 } });
    expect(dashboard.panels.filter(({ gridPos }) => gridPos.y === 1).map(({ type }) => type)).toEqual(
      Array.from({ length: GRID_WIDTH / first!.gridPos.w }, () => 'stat'),
    );
  });
});

function overlaps(panels: readonly Panel[]): string[] {
  const shares = ({ gridPos: a }: Panel, { gridPos: b }: Panel) =>
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  return panels.flatMap((panel, index) =>
    panels.slice(index + 1).flatMap((other) => (shares(panel, other) ? [`${panel.title} and ${other.title}`] : [])),
  );
}

/** Braces of an expression that choose no cluster. */
function selectorsWithoutCluster(expression: string): string[] {
  return (expression.match(/\{[^}]*\}/g) ?? ['']).filter((selector) => !/\bcluster=~?"\$cluster/.test(selector));
}

function hasLimitOf({ fieldConfig }: Panel, alert: string): boolean {
  const { value, severity } = limitOf(alert);
  const colour = severity === 'critical' ? 'red' : 'orange';
  const steps = fieldConfig?.defaults.thresholds?.steps ?? [];
  return (
    steps.some((step) => step.color === colour) && steps.some((step) => Math.abs((step.value ?? NaN) - value) < 0.01)
  );
}
