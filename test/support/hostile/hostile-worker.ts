import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createConverter, type PooledConverter } from '../../../src/conversion/client/create-converter.js';
import { InputStorage } from '../../../src/storage/input-storage.js';
import { insertJob, readJob, type JobRow } from '../job-rows.js';
import { createTestDatabase, type TestDatabase } from '../test-database.js';
import { createTestWorker, type TestWorker } from '../test-worker.js';
import { until } from '../until.js';

const MB = 1024 * 1024;
/** The default of CONVERTER_MEMORY_MB. */
const MEMORY_MB = 512;
/** What a child may take between two looks of its watchdog. */
const OVERSHOOT_MB = 128;
/** What the worker may grow by: results of some MB pass through it, and garbage waits for its collection. */
const WORKER_GROWTH_MB = 256;
/** Nothing here is a matter of speed; a job's own time limit is what ends it. */
const PATIENCE_MS = 120_000;
/** Nothing in a message may look like a place on this machine. */
const PLACE = /(?:^|[\s("'])\/[a-z]|node_modules|[A-Z]:\\|\bat \S+ \(/;

jest.setTimeout(PATIENCE_MS);

export interface Outcome {
  readonly job: JobRow;
  /** By format. */
  readonly results: Readonly<Record<string, string>>;
}

/** A real worker with one real converter child, to which a test gives hostile documents. */
export class HostileWorker {
  private constructor(
    private readonly db: TestDatabase,
    private readonly converter: PooledConverter,
    private readonly working: TestWorker,
    private readonly inbox: string,
  ) {}

  static async create(): Promise<HostileWorker> {
    const db = await createTestDatabase();
    const converter = createConverter({ url: undefined, command: undefined, memoryMb: MEMORY_MB, poolSize: 1 });
    const storage = new InputStorage('/nonexistent');
    const working = await createTestWorker({
      db,
      storage,
      converter,
      inputDirs: ['/tmp'],
      concurrency: 1,
      maxFileBytes: 100 * MB,
    });
    const inbox = path.join(working.dataDir, 'inbox');
    await mkdir(inbox);
    return new HostileWorker(db, converter, working, inbox);
  }

  /**
   * Works a job over these bytes to its end, and holds against it what holds for every document: a
   * terminal state, a message that gives nothing away, bounded memory on both sides, and a pool that
   * converts the next document.
   */
  async work(
    fileName: string,
    content: Buffer | string,
    values: Partial<Pick<JobRow, 'timeout_ms'>> = {},
  ): Promise<Outcome> {
    await until(() => this.converter.status.idle === 1);
    const file = path.join(this.inbox, 'input');
    await writeFile(file, content);
    const before = process.memoryUsage.rss();
    const peak = watchPeak(() => this.converter.status.pids);
    const job = await this.run(file, fileName, values);
    expectContained(job, { peakMb: peak.stop(), grownMb: (process.memoryUsage.rss() - before) / MB });

    await until(() => this.converter.status.idle === 1);
    const next = path.join(this.inbox, 'next.csv');
    await writeFile(next, 'fruit,count\npear,3\n');
    expectConverted(await this.run(next, 'next.csv', {}));
    return { job, results: await this.results(job) };
  }

  async close(): Promise<void> {
    await this.working.close();
    await this.db.drop();
  }

  private async run(file: string, fileName: string, values: object): Promise<JobRow> {
    const row = { input_path: file, file_name: fileName, max_retries: 0, ...values };
    const { id } = await insertJob(this.db, 'PENDING', row);
    await this.working.workAll();
    return readJob(this.db, id);
  }

  private async results({ id }: JobRow): Promise<Readonly<Record<string, string>>> {
    const rows = await this.db.rows<{ format_type: string; content: string }>(
      'SELECT format_type, content FROM results WHERE job_id = $1',
      [id],
    );
    return Object.fromEntries(rows.map(({ format_type, content }) => [format_type, content]));
  }
}

function expectContained({ status, error_message }: JobRow, memory: { peakMb: number; grownMb: number }): void {
  expect(['COMPLETE', 'PARTIAL_COMPLETE', 'FAILED']).toContain(status);
  expect(error_message ?? '').not.toMatch(PLACE);
  expect(memory.peakMb).toBeLessThan(MEMORY_MB + OVERSHOOT_MB);
  expect(memory.grownMb).toBeLessThan(WORKER_GROWTH_MB);
}

function expectConverted(next: JobRow): void {
  expect(next).toMatchObject({ status: 'COMPLETE', error_code: null });
}

/** Looks at the high-water mark of the children while they live; the last looks count. */
function watchPeak(pids: () => readonly number[]) {
  let peakMb = 0;
  const look = () => {
    for (const pid of pids()) peakMb = Math.max(peakMb, highWaterMb(pid));
  };
  const timer = setInterval(look, 20);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      return peakMb;
    },
  };
}

function highWaterMb(pid: number): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
