import { createConverter, type PooledConverter } from '../conversion/client/create-converter.js';
import { EventRepository } from '../events/event-repository.js';
import { JobRepository } from '../jobs/job-repository.js';
import { TransitionRecorder } from '../jobs/transitions.js';
import { JobExecutor } from '../processing/job-executor.js';
import { LeaseKeeper } from '../processing/lease-keeper.js';
import { LeaseRepository } from '../processing/lease-repository.js';
import { jittered, Loop } from '../processing/loop.js';
import { Rescuer } from '../processing/rescuer.js';
import { WorkFolders } from '../processing/work-folder.js';
import { WorkSweeper } from '../processing/work-sweeper.js';
import { newWorkerId, Worker } from '../processing/worker.js';
import { keepHouse } from './keep-house.js';
import type { Services } from './services.js';

/** Time between two looks for work folders that nobody needs any more. */
const SWEEP_MS = 60_000;

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
  const jobs = new JobRepository(database);
  const transitions = new TransitionRecorder(logger, metrics);
  const converter = createConverter({
    ...config.converter,
    poolSize: concurrency,
    log: (level, message, details) => logger[level](message, details),
    onEnded: (reason) => metrics.childrenEnded.inc({ reason }),
  });
  metrics.observeConverter(() => converter.status);
  closing.addResource('converter', () => converter.close());
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
    transitions,
  });
  const id = newWorkerId();
  const keeper = new LeaseKeeper(new LeaseRepository(database), id, leaseMs);
  const worker = new Worker({ id, concurrency, pollMs, leaseMs }, jobs, executor, keeper, transitions, logger);
  const events = new EventRepository(database);
  const rescuer = new Rescuer({ jobs, events, folders, leaseMs, metrics, transitions, logger });
  const sweeper = new WorkSweeper(jobs, folders);
  const tell = (loop: string) => (error: unknown) => logger.warn('worker round failed', { loop, error });
  const chores = {
    rescue: new Loop(() => rescuer.runOnce(), jittered(leaseMs / 3), tell('rescue')),
    sweep: new Loop(() => sweeper.runOnce().then(() => false), jittered(SWEEP_MS), tell('sweep')),
  };
  worker.start();
  closing.addWork('worker', () => worker.drain(config.shutdownTimeoutMs));
  for (const [name, chore] of Object.entries(chores)) {
    chore.start();
    closing.addWork(name, () => chore.stop());
  }
  keepHouse(services);
  logger.info('working jobs', { workerId: id, concurrency });
  return converter;
}
