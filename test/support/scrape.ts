import type { MetricDescription } from '../../src/observability/metric-set.js';
import { STATEMENT_NAMES } from '../../src/database/statements.js';

/** One line of what Prometheus reads. */
export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a scrape; throws for a line that is none. */
export function parseScrape(text: string): ScrapedSample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, inner = '', value] = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a sample: ${line}`);
      const labels = Object.fromEntries(
        Array.from(inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, key, of]) => [key, of]),
      );
      return { name, labels: labels as Record<string, string>, value: Number(value) };
    });
}

/** The samples of one metric; of a histogram its counts. */
export function samplesOf({ name, type }: MetricDescription, scraped: readonly ScrapedSample[]): ScrapedSample[] {
  const sought = type === 'histogram' ? `${name}_count` : name;
  return scraped.filter((sample) => sample.name === sought);
}

/** What stands in a label of the service's own metrics and is not among the values that it can have. */
export function strayLabels(
  descriptions: readonly MetricDescription[],
  scraped: readonly ScrapedSample[],
  routes: readonly string[],
): string[] {
  return descriptions.flatMap((metric) =>
    samplesOf(metric, scraped).flatMap(({ labels }) =>
      Object.entries(labels)
        .filter(([label, value]) => !allowed(metric, label, routes).includes(value))
        .map(([label, value]) => `${metric.name} ${label}=${value}`),
    ),
  );
}

function allowed({ labels }: MetricDescription, label: string, routes: readonly string[]): readonly string[] {
  const values = labels[label];
  if (values === undefined) return [];
  if (typeof values !== 'string') return values;
  return label === 'statement' ? STATEMENT_NAMES : [...routes, 'unmatched'];
}
