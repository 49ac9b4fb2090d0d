import { PanelBuilder as BarsBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Threshold,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { limitOf, type AlertLimit } from './alert-limits.js';

/** By the variable at the top of a dashboard, so that no address or id is fixed. */
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

export type Panel = StatBuilder | GraphBuilder | BarsBuilder;

interface Common {
  readonly title: string;
  /** What it tells and, where it can be bad, what to do. */
  readonly description: string;
  /** Grafana's name of a unit. */
  readonly unit: string;
  /** The alert whose number is its limit. */
  readonly alert?: string;
}

/** Just above a limit that has to be passed, since a threshold of Grafana begins at its number. */
const JUST_ABOVE_ZERO = 0.001;
const COLOURS = { critical: 'red', warning: 'orange' } as const;

/** One number with a colour: for the row that says whether all is well. */
export function stat(panel: Common & { query: string; anyIsBad?: boolean; none?: string; zero?: string }): Panel {
  const { title, description, unit, query, alert, anyIsBad = false, none, zero } = panel;
  const limit = anyIsBad ? ({ value: 0, below: false, severity: 'critical' } as const) : alertLimit(alert);
  const builder = new StatBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .span(3)
    .height(4)
    .colorMode(limit === undefined ? BigValueColorMode.Value : BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .thresholds(thresholds(limit, limit === undefined ? 'text' : 'green'))
    .withTarget(target(query, '').instant());
  if (none !== undefined) builder.noValue(none);
  if (zero !== undefined)
    builder.mappings([{ type: MappingType.ValueToText, options: { 0: { text: zero, index: 0 } } }]);
  return builder;
}

/** Lines over time; the limit of the alert is drawn across. */
export function graph(
  panel: Common & {
    queries: readonly (readonly [expression: string, legend: string])[];
    stacked?: boolean;
    max?: number;
  },
): Panel {
  const { title, description, unit, queries, alert, stacked = false, max } = panel;
  const limit = alertLimit(alert);
  const builder = new GraphBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .min(0)
    .span(8)
    .height(8)
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 5)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .thresholds(thresholds(limit, 'transparent'))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        limit === undefined ? GraphThresholdsStyleMode.Off : GraphThresholdsStyleMode.Dashed,
      ),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    );
  if (max !== undefined) builder.max(max);
  queries.forEach(([expression, legend], index) =>
    builder.withTarget(target(expression, legend, String.fromCharCode('A'.charCodeAt(0) + index)).range()),
  );
  return builder;
}

/** The present values of many series, the largest first. */
export function bars(panel: Common & { query: string; legend: string }): Panel {
  const { title, description, unit, query, legend } = panel;
  return new BarsBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .min(0)
    .span(8)
    .height(8)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .thresholds(thresholds(undefined, 'blue'))
    .withTarget(target(query, legend).instant());
}

function target(expression: string, legend: string, refId = 'A'): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(DATA_SOURCE).expr(tidy(expression)).legendFormat(legend);
}

/** Expressions are written over several lines to be read here. */
function tidy(expression: string): string {
  return expression.replace(/\s+/g, ' ').trim();
}

function alertLimit(alert: string | undefined): AlertLimit | undefined {
  return alert === undefined ? undefined : limitOf(alert);
}

function thresholds(limit: AlertLimit | undefined, good: string): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ value: null, color: good }];
  if (limit !== undefined) {
    const bad = COLOURS[limit.severity];
    const value = limit.value === 0 ? JUST_ABOVE_ZERO : limit.value;
    if (limit.below) steps[0] = { value: null, color: bad };
    steps.push({ value, color: limit.below ? good : bad });
  }
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
