import { readCertificateExpiry } from '../database/certificate.js';
import type { Database } from '../database/database.js';
import { JobCountRepository } from '../jobs/job-count-repository.js';
import { JobRepository } from '../jobs/job-repository.js';
import type { ConnectionName, SCRAPE_SOURCES } from '../observability/database-metrics.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { Reading } from '../observability/reading.js';
import { CONNECTIONS } from '../observability/database-metrics.js';

export interface ObservedDatabase {
  readonly database: Database;
  /** Where each connection leads. */
  readonly urls: Readonly<Record<ConnectionName, string>>;
  readonly metrics: Metrics;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Several scrapers, or one that asks twice, cost one read. */
const FRESH_MS = 1_000;
/** Well within the 10 s that Prometheus gives a scrape. */
const LIMIT_MS = 2_000;
const CERTIFICATE_FRESH_MS = 5 * 60_000;

/** Has the metrics of the database read at every scrape; to be called once. */
export function observeDatabase({ database, urls, metrics, logger }: ObservedDatabase): void {
  metrics.observePool(() => database.state());
  const counts = new JobCountRepository(database);
  const jobs = new JobRepository(database);
  const onFailure = (source: (typeof SCRAPE_SOURCES)[number]) => (error: Error, first: boolean) => {
    metrics.scrapeErrors.inc({ source });
    if (first) logger.warn('something to be scraped could not be read', { source, error });
  };
  const times = { freshMs: FRESH_MS, limitMs: LIMIT_MS };
  const byStatus = new Reading({ ...times, read: () => counts.list(), onFailure: onFailure('jobs') });
  const oldest = new Reading({
    ...times,
    read: () => jobs.findOldestWaiting(),
    onFailure: onFailure('oldest_waiting'),
  });
  metrics.jobs.observe(async () =>
    [...((await byStatus.latest()) ?? [])].map(([status, value]) => ({ labels: { status }, value })),
  );
  metrics.oldestWaiting.observe(async () => {
    const value = await oldest.latest();
    return value === undefined ? [] : [{ labels: {}, value }];
  });
  observeCertificates(urls, metrics, onFailure);
}

function observeCertificates(
  urls: ObservedDatabase['urls'],
  metrics: Metrics,
  onFailure: (source: `certificate_${ConnectionName}`) => (error: Error, first: boolean) => void,
): void {
  const readings = CONNECTIONS.map((connection) => ({
    connection,
    expiry: new Reading({
      read: () => readCertificateExpiry(urls[connection], LIMIT_MS),
      freshMs: CERTIFICATE_FRESH_MS,
      limitMs: LIMIT_MS + 500,
      // It is the server's until another is seen, whether the server answers or not.
      keepsLast: true,
      onFailure: onFailure(`certificate_${connection}`),
    }),
  }));
  metrics.certificateExpiry.observe(async () => {
    const found = await Promise.all(
      readings.map(async ({ connection, expiry }) => ({ labels: { connection }, at: await expiry.latest() })),
    );
    return found.flatMap(({ labels, at }) => (at ? [{ labels, value: at.getTime() / 1_000 }] : []));
  });
}
