import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConverter } from '../../src/conversion/client/create-converter.js';
import type { Converter } from '../../src/conversion/client/converter.js';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { TransitionRecorder } from '../../src/jobs/transitions.js';
import { createLogger, type Logger } from '../../src/observability/logger.js';
import { createMetrics, type Metrics } from '../../src/observability/metrics.js';
import { JobExecutor } from '../../src/processing/job-executor.js';
import { LeaseKeeper } from '../../src/processing/lease-keeper.js';
import { LeaseRepository } from '../../src/processing/lease-repository.js';
import { WorkFolders } from '../../src/processing/work-folder.js';
import { newWorkerId, Worker } from '../../src/processing/worker.js';
import type { InputStorage } from '../../src/storage/input-storage.js';
import type { TestDatabase } from './test-database.js';

/** A worker that does nothing by itself: a test tells it each step. */
export interface TestWorker {
  readonly worker: Worker;
  readonly id: string;
  readonly metrics: Metrics;
  readonly folders: WorkFolders;
  readonly dataDir: string;
  /** Claims what waits, works it to its end, and again until nothing is due. */
  workAll(): Promise<void>;
  close(): Promise<void>;
}

export interface TestWorkerOptions {
  readonly db: TestDatabase;
  readonly storage: InputStorage;
  readonly inputDirs?: readonly string[];
  readonly concurrency?: number;
  readonly leaseMs?: number;
  readonly maxFileBytes?: number;
  /** The built-in one by default, with one real child. */
  readonly converter?: Converter;
  /** Another worker's, which removes it; by default one of its own. */
  readonly dataDir?: string;
  /** Silent by default. */
  readonly logger?: Logger;
}

export async function createTestWorker(options: TestWorkerOptions): Promise<TestWorker> {
  const { db, storage, inputDirs = [], concurrency = 2, leaseMs = 30_000, maxFileBytes = 1024 * 1024 } = options;
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'docling-jobs-worker-')));
  const converter =
    options.converter ?? createConverter({ url: undefined, command: undefined, memoryMb: 512, poolSize: 1 });
  const logger = options.logger ?? createLogger({ level: 'silent', service: 'test' });
  const metrics = createMetrics();
  const folders = new WorkFolders(dataDir);
  const jobs = new JobRepository(db.database);
  const input = { storage, inputDirs, maxFileBytes, urlAllowPrivate: true };
  const transitions = new TransitionRecorder(logger, metrics);
  const executor = new JobExecutor({ jobs, converter, folders, input, leaseMs, logger, metrics, transitions });
  const id = newWorkerId();
  const keeper = new LeaseKeeper(new LeaseRepository(db.database), id, leaseMs);
  const worker = new Worker({ id, concurrency, pollMs: 50, leaseMs }, jobs, executor, keeper, transitions, logger);
  return {
    worker,
    id,
    metrics,
    folders,
    dataDir,
    workAll: async () => {
      do await worker.idle();
      while ((await worker.claimOnce()) || (await isWorking(db, id)));
      await worker.idle();
    },
    close: async () => {
      await worker.drain(5_000);
      await converter.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true });
    },
  };
}

async function isWorking(db: TestDatabase, workerId: string): Promise<boolean> {
  return (await db.rows('SELECT FROM job_leases WHERE worker_id = $1', [workerId])).length > 0;
}
