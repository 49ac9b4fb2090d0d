import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATA_SOURCE, type Panel } from './panels.js';

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const TAG = 'docling-jobs';
/** Of Grafana 10 and 11; a later one converts it. */
const SCHEMA_VERSION = 39;

/**
 * A dashboard as Grafana reads it: rows of panels, left to right and top to bottom, with the variables `datasource`,
 * `cluster` and those of its own.
 *
 * @param name file and end of its id
 */
export function dashboard(
  name: string,
  { description, variables, rows }: { description: string; variables: QueryVariableBuilder[]; rows: readonly Row[] },
): Dashboard {
  const builder = new DashboardBuilder(`docling-jobs: ${name}`)
    .uid(`docling-jobs-${name}`)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .annotations([])
    .link(
      new DashboardLinkBuilder(TAG)
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    )
    .variables([
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
      label('cluster', 'Cluster', 'label_values(up, cluster)'),
      ...variables,
    ]);
  let id = 0;
  for (const { title, panels } of rows) {
    builder.withRow(new RowBuilder(title).id((id += 1)));
    for (const panel of panels) builder.withPanel(panel.id((id += 1)));
  }
  return { ...builder.build(), schemaVersion: SCHEMA_VERSION };
}

/** A variable with one value, the first of those that there are. */
export function label(name: string, title: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATA_SOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

/** A variable with any number of values; all of them at first. */
export function labels(name: string, title: string, query: string): QueryVariableBuilder {
  return label(name, title, query)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });
}

/** `part / whole` that is 0, not missing, where nothing happened. */
export function ratio(part: string, whole: string): string {
  return `(${part} or 0 * ${whole}) / (${whole} > 0) or 0 * ${whole}`;
}

export function percentile(share: number, selector: string, by = ''): string {
  return `histogram_quantile(${share}, sum by (${by === '' ? '' : `${by}, `}le) (rate(${selector}[$__rate_interval]))) >= 0`;
}
