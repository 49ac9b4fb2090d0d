import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Where a metric has data: in `web`, in `worker`, or in each process. `npm start` is both in one. */
export type Origin = 'web' | 'worker' | 'each';

/** Every label with all values that it can have, or with words for where they come from, if that bounds them. */
export type Labels = Readonly<Record<string, readonly string[] | string>>;

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly origin: Origin;
  readonly labels: Labels;
  readonly help: string;
}

/** Values of a gauge, one for each combination of labels that there is. */
export type Samples<L extends Labels> = readonly {
  readonly labels: Readonly<Record<NameOf<L>, string>>;
  readonly value: number;
}[];

/** A gauge that is read when it is scraped; without a source it has no samples. */
export interface SampledGauge<L extends Labels> {
  /** To be called once. `read` answers within a bounded time, and no sample for what is not known. */
  observe(read: () => Samples<L> | Promise<Samples<L>>): void;
}

type NameOf<L extends Labels> = keyof L & string;

interface Definition<L extends Labels> {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labels?: L;
}

const PREFIX = 'docling_jobs_';

/**
 * Makes metrics in a registry of their own, and knows what they are. Counters begin at 0 for all values that their
 * labels can have, since a rate over a series that has only just appeared misses its first step.
 */
export class MetricSet {
  readonly registry = new Registry();
  readonly descriptions: MetricDescription[] = [];

  counter<const L extends Labels = Readonly<Record<never, string>>>(origin: Origin, definition: Definition<L>) {
    const counter = new Counter(this.describe('counter', origin, definition));
    const lists = Object.values<readonly string[] | string>(definition.labels ?? {});
    if (lists.every((values) => typeof values !== 'string')) {
      for (const values of combinations(lists)) counter.labels(...values).inc(0);
    }
    return counter;
  }

  gauge<const L extends Labels = Readonly<Record<never, string>>>(origin: Origin, definition: Definition<L>) {
    return new Gauge(this.describe('gauge', origin, definition));
  }

  /** @param buckets upper bounds, ascending */
  histogram<const L extends Labels = Readonly<Record<never, string>>>(
    origin: Origin,
    definition: Definition<L> & { readonly buckets: number[] },
  ) {
    return new Histogram({ ...this.describe('histogram', origin, definition), buckets: definition.buckets });
  }

  sampledGauge<const L extends Labels = Readonly<Record<never, string>>>(
    origin: Origin,
    definition: Definition<L>,
  ): SampledGauge<L> {
    let read: () => Samples<L> | Promise<Samples<L>> = () => [];
    new Gauge<string>({
      ...this.describe('gauge', origin, definition),
      async collect() {
        const samples = await read();
        this.reset();
        // What is not known is left out; a gauge without labels would be 0 from here on.
        if (Object.keys(definition.labels ?? {}).length === 0) this.remove();
        for (const { labels, value } of samples) this.set(labels, value);
      },
    });
    return { observe: (source) => (read = source) };
  }

  private describe<L extends Labels>(type: MetricDescription['type'], origin: Origin, definition: Definition<L>) {
    const { help } = definition;
    const name = `${PREFIX}${definition.name}`;
    const labels: Labels = definition.labels ?? {};
    this.descriptions.push({ name, type, origin, labels, help });
    return { name, help, labelNames: Object.keys(labels) as NameOf<L>[], registers: [this.registry] };
  }
}

function combinations(lists: readonly (readonly string[] | string)[]): string[][] {
  return lists.reduce<string[][]>(
    (found, values) => found.flatMap((some) => [...values].map((value) => [...some, value])),
    [[]],
  );
}
