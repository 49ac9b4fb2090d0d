import { formatLabel } from '../../../src/observability/job-metrics.js';
import { createMetrics } from '../../../src/observability/metrics.js';

describe('createMetrics', () => {
  it('when statements and the pool are observed, then they are counted by name', async () => {
    const metrics = createMetrics();
    let waiting = 1;
    metrics.observePool(() => ({ size: 5, inUse: 3, idle: 1, waiting }));

    metrics.observeStatement({ name: 'jobs/find', seconds: 0.002, failed: false });
    metrics.observeStatement({ name: 'jobs/find', seconds: 0.2, failed: true });
    await metrics.registry.metrics();
    waiting = 7;
    const text = await metrics.registry.metrics();

    expect(text).toContain('docling_jobs_db_statement_duration_seconds_count{statement="jobs/find",outcome="ok"} 1');
    expect(text).toContain('docling_jobs_db_statement_duration_seconds_count{statement="jobs/find",outcome="error"} 1');
    expect(text).toMatch(/^docling_jobs_db_pool_size 5$/m);
    expect(text).toMatch(/^docling_jobs_db_pool_in_use 3$/m);
    expect(text).toMatch(/^docling_jobs_db_pool_idle 1$/m);
    expect(text).toMatch(/^docling_jobs_db_pool_waiting 7$/m);
  });

  it('when waits for connections are observed, then all are timed, and those in vain counted', async () => {
    const metrics = createMetrics();

    metrics.observeAcquire({ seconds: 0.0002, exhausted: false });
    metrics.observeAcquire({ seconds: 5, exhausted: true });
    const text = await metrics.registry.metrics();

    expect(text).toMatch(/^docling_jobs_db_pool_acquire_seconds_count 2$/m);
    expect(text).toMatch(/^docling_jobs_db_pool_acquire_seconds_bucket\{le="0.0005"\} 1$/m);
    expect(text).toMatch(/^docling_jobs_db_pool_timeouts_total 1$/m);
  });

  it('when a value is not known, then it has no sample, also where it had one before and has no labels', async () => {
    const metrics = createMetrics();
    let known = true;
    metrics.oldestWaiting.observe(() => (known ? [{ labels: {}, value: 7 }] : []));
    metrics.jobs.observe(() => (known ? [{ labels: { status: 'FAILED' }, value: 3 }] : []));
    const samples = async () =>
      (await metrics.registry.metrics()).match(/^docling_jobs_(jobs|oldest_waiting_seconds)[ {].*$/gm);

    expect(await samples()).toEqual(['docling_jobs_jobs{status="FAILED"} 3', 'docling_jobs_oldest_waiting_seconds 7']);
    known = false;
    expect(await samples()).toBeNull();
  });

  it('when nothing has happened yet, then counters of known labels are there all the same, at 0', async () => {
    const text = await createMetrics().registry.metrics();

    for (const status of ['COMPLETE', 'PARTIAL_COMPLETE', 'FAILED', 'CANCELLED', 'RETRY_FAILED']) {
      expect(text).toContain(`docling_jobs_jobs_finished_total{status="${status}"} 0\n`);
    }
    expect(text).toContain('docling_jobs_scrape_errors_total{source="jobs"} 0\n');
  });

  it('when a format is not known, then it is counted as another', () => {
    expect(['pdf', 'image', 'x"} 1\n', '__proto__', ''].map(formatLabel)).toEqual([
      'pdf',
      'image',
      'other',
      'other',
      'other',
    ]);
  });

  it('when Node is looked at, then the lag of its event loop is among it', async () => {
    expect(await createMetrics().registry.metrics()).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
  });

  it('when two are made in one process, then neither sees the other', async () => {
    const one = createMetrics();
    const other = createMetrics();

    one.leasesLost.inc();

    expect(await one.registry.metrics()).toMatch(/^docling_jobs_lease_lost_total 1$/m);
    expect(await other.registry.metrics()).toMatch(/^docling_jobs_lease_lost_total 0$/m);
  });

  it('when metrics are listed, then each of the service’s own has its prefix and a description', async () => {
    const listed = await createMetrics().registry.getMetricsAsJSON();
    const own = listed.filter(({ name }) => !/^(process|nodejs)_/.test(name));

    expect(own.map(({ name }) => name).filter((name) => !name.startsWith('docling_jobs_'))).toEqual([]);
    expect(own.filter(({ help }) => help.length < 10)).toEqual([]);
  });
});
