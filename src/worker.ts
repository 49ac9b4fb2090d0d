import { ConfigError } from './config.js';
import { foldCounts } from './runtime/fold-counts.js';
import { runProcess } from './runtime/run-process.js';
import { serveMetrics } from './runtime/serve-metrics.js';
import { openServices } from './runtime/services.js';
import { workJobs } from './runtime/work-jobs.js';

await runProcess('worker', async (context) => {
  if (context.config.worker.concurrency === 0) {
    throw new ConfigError(['WORKER_CONCURRENCY is 0: this process would have nothing to do']);
  }
  const services = await openServices(context, 'worker');
  await serveMetrics(services);
  foldCounts(services);
  await workJobs(services);
});
