import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import { buildApp, type AppParts } from '../../src/app.js';
import { checkDatabase } from '../../src/database/health.js';
import { EventRepository } from '../../src/events/event-repository.js';
import { JobWatch } from '../../src/events/job-watch.js';
import { Health } from '../../src/http/health.js';
import { createHttpServer, type ServerOptions } from '../../src/http/server.js';
import { createLogger } from '../../src/observability/logger.js';
import { createMetrics, type Metrics } from '../../src/observability/metrics.js';
import { InputStorage } from '../../src/storage/input-storage.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** The HTTP API without a worker: jobs stay as the test makes them. */
export interface TestApi {
  readonly db: TestDatabase;
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  /** A folder that a JSON `filePath` may point into. */
  readonly inputDir: string;
  readonly storage: InputStorage;
  readonly metrics: Metrics;
  readonly watch: JobWatch;
  /** Every route of the app, as `method pattern`. */
  routes(): string[];
  /** All that was logged so far, as it was written. */
  logText(): string;
  /** Every line logged so far. */
  logLines(): Record<string, unknown>[];
  /** Every file in the input storage, finished or not, relative to it. */
  storedFiles(): Promise<string[]>;
  countJobs(): Promise<number>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly maxFileBytes?: number;
  /** Shared with another API, which drops it; one of its own by default. */
  readonly db?: TestDatabase;
  /** Milliseconds between two looks at watched jobs. */
  readonly watchPollMs?: number;
  readonly maxEventStreams?: number;
  /** As many as there may be in all by default. */
  readonly maxEventStreamsPerClient?: number;
  /** None by default. */
  readonly maxQueuedJobs?: number;
  /** Any by default. */
  readonly allowedHosts?: AppParts['config']['allowedHosts'];
  /** None by default. */
  readonly corsOrigins?: readonly string[];
  readonly limits?: NonNullable<ServerOptions['limits']>;
  /** `none` by default. */
  readonly auth?: AppParts['config']['auth'];
  /** None by default. */
  readonly rateLimit?: AppParts['config']['rateLimit'];
  /** Nobody by default. */
  readonly trustProxy?: AppParts['config']['trustProxy'];
  readonly parts?: Partial<AppParts>;
}

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { maxFileBytes = 1024 * 1024, maxEventStreams = 1_000, watchPollMs = 1_000, parts = {} } = options;
  const db = options.db ?? (await createTestDatabase());
  const root = await mkdtemp(path.join(tmpdir(), 'docling-jobs-api-'));
  const inputDir = path.join(root, 'inbox');
  const storageRoot = path.join(root, 'inputs');
  await mkdir(inputDir);
  const output = new PassThrough();
  const lines: string[] = [];
  output.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
  const logger = createLogger({ level: 'debug', service: 'test', output });
  const metrics = createMetrics();
  const storage = new InputStorage(storageRoot);
  const watch = new JobWatch({
    events: new EventRepository(parts.database ?? db.database),
    logger,
    pollMs: watchPollMs,
  });
  const app = buildApp({
    config: {
      allowedHosts: options.allowedHosts,
      auth: options.auth ?? 'none',
      environment: 'test',
      rateLimit: options.rateLimit ?? { max: 0, windowMs: 60_000 },
      trustProxy: options.trustProxy ?? false,
      inputDirs: [inputDir],
      corsOrigins: options.corsOrigins ?? [],
      maxEventStreams,
      maxEventStreamsPerClient: options.maxEventStreamsPerClient ?? maxEventStreams,
      maxQueuedJobs: options.maxQueuedJobs ?? 0,
      maxFileBytes,
      urlAllowPrivate: false,
      database: { poolSize: 5 },
    },
    logger,
    metrics,
    database: db.database,
    storage,
    watch,
    health: new Health(
      [
        { name: 'database', critical: true, check: () => checkDatabase(db.database) },
        { name: 'storage', critical: true, check: () => storage.check() },
      ],
      { logger, cacheMs: 0 },
    ),
    ...parts,
  });
  const server = createHttpServer(app, { maxFileBytes, logger, limits: options.limits ?? {} }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    db,
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    inputDir,
    storage,
    metrics,
    watch,
    routes: () => listRoutes(app.router.stack),
    logText: () => lines.join('\n'),
    logLines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    storedFiles: () => listFiles(storageRoot),
    countJobs: async () => Number((await db.row<{ count: string }>('SELECT count(*) FROM jobs')).count),
    close: async () => {
      await watch.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      if (!options.db) await db.drop();
      await rm(root, { recursive: true });
    },
  };
}

type Layer = AppRouter['stack'][number];
type AppRouter = ReturnType<typeof buildApp>['router'];

/** Of a router and those that it holds. */
function listRoutes(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (route) return route.stack.map(({ method }) => `${method} ${route.path}`);
    return 'stack' in handle ? listRoutes((handle as unknown as AppRouter).stack) : [];
  });
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
