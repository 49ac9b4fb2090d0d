import { openServices } from './runtime/services.js';
import { runProcess } from './runtime/run-process.js';
import { workJobs } from './runtime/work-jobs.js';
import { ConfigError } from './config.js';

await runProcess('worker', async ({ config, logger }) => {
  const services = await openServices(config, logger, 'worker');
  const running = await workJobs(services);
  if (!running) {
    await services.close();
    throw new ConfigError(['WORKER_CONCURRENCY is 0: this worker would have nothing to do']);
  }
  return {
    close: async () => {
      await running.close();
      await services.close();
    },
  };
});
