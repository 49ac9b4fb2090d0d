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
