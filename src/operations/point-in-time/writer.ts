import { setTimeout as delay } from 'node:timers/promises';
import { Database } from '../../database/database.js';
import { JobRepository, type NewJob } from '../../jobs/job-repository.js';

/** A job that the database has acknowledged. */
export interface Heartbeat {
  readonly id: string;
  /** By the database's clock: when its transaction began. */
  readonly createdAt: Date;
}

/** The drill's heartbeats are jobs of this session, so that they go the way of all jobs: rows, triggers, audit trail. */
export const HEARTBEAT_CLIENT = 'local';
export const HEARTBEAT_SESSION = 'recovery-drill';

const INTERVAL_MS = 200;
/** Every so many heartbeats a job is also worked, to its end. */
const WORKED = 5;
const LEASE_MS = 30_000;
const POLL_MS = 50;
const WORKER = 'recovery-drill';
const DOCUMENT = { fileName: 'heartbeat.md', fileSize: 12, fileMime: 'text/markdown' };
const HEARTBEAT: NewJob = {
  ...{ clientId: HEARTBEAT_CLIENT, sessionId: HEARTBEAT_SESSION, ...DOCUMENT },
  ...{
    inputType: 'URL',
    inputPath: null,
    inputUrl: 'https://example.org/heartbeat.md',
    timeoutMs: null,
    maxRetries: 3,
  },
};

/** Writes as the service does, five times a second, and knows what was acknowledged. */
export class Writer {
  private readonly acknowledged: Heartbeat[] = [];
  private readonly database: Database;
  private readonly jobs: JobRepository;
  private readonly running: Promise<void>;
  private stopping = false;
  private paused = false;
  private busy = false;
  private failure: unknown;

  /** @param url of the application's role */
  constructor(url: string) {
    this.database = new Database({
      ...{ url, applicationName: 'docling-jobs-recovery-drill', poolSize: 1, poolTimeoutMs: 10_000, poolMaxWaiting: 1 },
      ...{ statementTimeoutMs: 60_000, preparedStatements: true, direct: true },
    });
    this.jobs = new JobRepository(this.database);
    this.running = this.run();
  }

  /** All heartbeats so far, oldest first. */
  get heartbeats(): readonly Heartbeat[] {
    return this.acknowledged;
  }

  /** Resolves when `count` more heartbeats have been acknowledged. @throws what ended the writing, or after `limitMs` */
  async write(count: number, limitMs = 60_000): Promise<void> {
    const wanted = this.acknowledged.length + count;
    await this.await(() => this.acknowledged.length >= wanted, limitMs);
  }

  /** Writes nothing from when this resolves until `resume`. */
  async pause(): Promise<void> {
    this.paused = true;
    await this.await(() => !this.busy, 60_000);
  }

  resume(): void {
    this.paused = false;
  }

  /** @throws what ended the writing, if something did */
  assertRunning(): void {
    if (this.failure !== undefined) throw new Error('The writer of the drill has failed.', { cause: this.failure });
  }

  /** Safe to repeat, and whether or not the server is still there. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    await this.database.close();
  }

  private async await(condition: () => boolean, limitMs: number): Promise<void> {
    for (let waited = 0; !condition(); waited += POLL_MS) {
      this.assertRunning();
      if (waited > limitMs) throw new Error(`The writer of the drill did not get on within ${limitMs / 1_000} s.`);
      await delay(POLL_MS);
    }
  }

  private async run(): Promise<void> {
    try {
      for (let count = 1; !this.stopping; count += 1) {
        if (!this.paused) await this.beat(count);
        await delay(INTERVAL_MS);
      }
    } catch (error) {
      this.failure = error;
    }
  }

  private async beat(count: number): Promise<void> {
    this.busy = true;
    try {
      this.acknowledged.push(await this.jobs.insert(HEARTBEAT));
      if (count % WORKED === 0) await this.workOne();
    } finally {
      this.busy = false;
    }
  }

  private async workOne(): Promise<void> {
    const [job] = await this.jobs.claimBatch(WORKER, 1, LEASE_MS);
    if (!job) return;
    const lease = { jobId: job.id, workerId: WORKER, fencingToken: job.fencingToken };
    if (job.status === 'UPLOADING') await this.jobs.startProcessing(lease, DOCUMENT, 10);
    const results = [{ format: 'markdown', content: '# Heartbeat\n' } as const];
    await this.jobs.complete(lease, 'COMPLETE', 'convert_markdown', results, null);
  }
}
