import { createConverter, type PooledConverter } from '../conversion/client/create-converter.js';
import { JobRepository } from '../jobs/job-repository.js';
import { JobExecutor } from '../processing/job-executor.js';
import { LeaseKeeper } from '../processing/lease-keeper.js';
import { LeaseRepository } from '../processing/lease-repository.js';
import { WorkFolders } from '../processing/work-folder.js';
import { newWorkerId, Worker } from '../processing/worker.js';
import { LEFTOVER_AGE_MS, type Services } from './services.js';

/**
 * Works jobs as the settings say, until it is closed: then it finishes or gives back what is running.
 *
 * @returns the converter, or undefined when the settings want no jobs worked here
 */
export async function workJobs(services: Services): Promise<PooledConverter | undefined> {
  const { config, database, logger, metrics, storage, closing } = services;
  const { concurrency, pollMs, leaseMs } = config.worker;
  if (concurrency === 0) return undefined;

  const folders = new WorkFolders(config.dataDir);
  await folders.sweep(LEFTOVER_AGE_MS);

  const jobs = new JobRepository(database);
  const converter = createConverter({
    ...config.converter,
    poolSize: concurrency,
    log: (level, message, details) => logger[level](message, details),
  });
  closing.addResource(() => converter.close());
  const executor = new JobExecutor({
    jobs,
    converter,
    folders,
    input: {
      storage,
      inputDirs: config.inputDirs,
      maxFileBytes: config.maxFileBytes,
      urlAllowPrivate: config.urlAllowPrivate,
    },
    leaseMs,
    logger,
    metrics,
  });
  const id = newWorkerId();
  const keeper = new LeaseKeeper(new LeaseRepository(database), id, leaseMs);
  const worker = new Worker({ id, concurrency, pollMs, leaseMs }, jobs, executor, keeper, logger);
  worker.start();
  closing.addWork(() => worker.drain(config.shutdownTimeoutMs));
  logger.info('working jobs', { workerId: id, concurrency });
  return converter;
}
