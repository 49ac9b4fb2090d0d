import { v7 as uuidv7 } from 'uuid';
import type { Executor, Params, Row, StreamOptions } from '../database/database.js';
import type { InputType } from '../database/row-types.js';
import type { ExportFormat } from '../conversion/client/converter.js';
import type { JobStatus } from './job-states.js';

/** What a job is made of; `null` is "not known". */
export interface NewJob {
  readonly clientId: string;
  readonly sessionId: string;
  readonly inputType: InputType;
  readonly inputPath: string | null;
  readonly inputUrl: string | null;
  readonly fileName: string | null;
  /** Bytes. */
  readonly fileSize: number | null;
  readonly fileMime: string | null;
  readonly timeoutMs: number | null;
  readonly maxRetries: number;
}

export interface CreatedJob {
  readonly id: string;
  readonly createdAt: Date;
}

export type JobDetails = Row<'jobs/find'>;
export type JobListItem = Row<'jobs/list-history-after'>;
export type ExportedJob = Row<'jobs/export-history'>;
export type ClaimedJob = Row<'jobs/claim-batch'>;
/** A job that is not terminal, with what says which of its work folders are wanted. */
export type UnfinishedJob = Row<'jobs/list-work'>;

export interface HistoryPage {
  readonly jobs: JobListItem[];
  readonly total: number;
}

/** A place in a list of jobs: that of its last job seen. `createdAt` is PostgreSQL's own text. */
export interface Position {
  readonly createdAt: string;
  readonly id: string;
}

/** Before every job, however new. */
export const TOP: Position = { createdAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** A worker's right to a job: what guards each of its writes. */
export interface Lease {
  readonly jobId: string;
  readonly workerId: string;
  readonly fencingToken: number;
}

export interface Failure {
  readonly code: string;
  /** At most 500 characters; for clients. */
  readonly message: string;
  readonly details: unknown;
}

export interface StoredExport {
  readonly format: ExportFormat;
  readonly content: string;
}

/** Every statement on `jobs`. The worker's own answer false when the lease no longer holds, and then changed nothing. */
export class JobRepository {
  constructor(private readonly executor: Executor) {}

  async insert(job: NewJob, id = uuidv7()): Promise<CreatedJob> {
    const [row] = await this.executor.query('jobs/insert', insertValues(id, job));
    if (!row) throw new Error(`Job ${id} was not inserted, and is not another client's to see.`);
    return { id, createdAt: row.createdAt };
  }

  /** Where the input of a client's job is; undefined: there is no such job of the client. */
  async findInput(id: string, clientId: string): Promise<Row<'jobs/find-input'> | undefined> {
    const [row] = await this.executor.query('jobs/find-input', [id, clientId]);
    return row;
  }

  /**
   * A new job with the session, input and limits of a finished one; `storedPath` is its own copy of an upload.
   * Undefined: the finished one is not there any more.
   */
  async insertRetry(
    retriedId: string,
    clientId: string,
    storedPath: string | null,
    id = uuidv7(),
  ): Promise<(CreatedJob & Row<'jobs/insert-retry'>) | undefined> {
    const [row] = await this.executor.query('jobs/insert-retry', [id, clientId, retriedId, storedPath]);
    return row && { id, ...row };
  }

  /** Those of the stored inputs that a job refers to. */
  async listStoredInputs(paths: readonly string[]): Promise<Set<string>> {
    const rows = await this.executor.query('jobs/list-stored-inputs', [paths]);
    return new Set(rows.map(({ inputPath }) => inputPath));
  }

  /** How many jobs of the client wait for a worker, counted up to `limit`. */
  async countQueued(clientId: string, limit: number): Promise<number> {
    const [row] = await this.executor.query('jobs/count-queued', [clientId, limit]);
    return row?.count ?? 0;
  }

  /** Seconds for which the job has been due that has waited longest; 0: none is due. */
  async findOldestWaiting(): Promise<number> {
    const [row] = await this.executor.query('jobs/find-oldest-waiting', []);
    return row?.seconds ?? 0;
  }

  async find(id: string, clientId: string): Promise<JobDetails | undefined> {
    const [row] = await this.executor.query('jobs/find', [id, clientId]);
    return row;
  }

  /** `page` from 1. */
  async listHistoryPage(
    clientId: string,
    sessionId: string,
    status: JobStatus | null,
    page: number,
    pageSize: number,
  ): Promise<HistoryPage> {
    const offset = (page - 1) * pageSize;
    const rows = await this.executor.query('jobs/list-history-page', [clientId, sessionId, status, pageSize, offset]);
    const jobs = rows.filter((row): row is typeof row & JobListItem => row.id !== null);
    return { jobs, total: rows[0]?.total ?? 0 };
  }

  async listHistoryAfter(
    clientId: string,
    sessionId: string,
    status: JobStatus | null,
    position: Position,
    limit: number,
  ): Promise<JobListItem[]> {
    const { createdAt, id } = position;
    return this.executor.query('jobs/list-history-after', [clientId, sessionId, status, createdAt, id, limit]);
  }

  async listClientAfter(
    clientId: string,
    status: JobStatus | null,
    position: Position,
    limit: number,
  ): Promise<JobListItem[]> {
    const { createdAt, id } = position;
    if (status === null) return this.executor.query('jobs/list-client-after', [clientId, createdAt, id, limit]);
    return this.executor.query('jobs/list-client-by-status-after', [clientId, status, createdAt, id, limit]);
  }

  exportHistory(
    clientId: string,
    sessionId: string,
    status: JobStatus | null,
    options: StreamOptions,
  ): AsyncGenerator<ExportedJob[], void, undefined> {
    return this.executor.stream('jobs/export-history', [clientId, sessionId, status], options);
  }

  /** Undefined: there is no such job of the client, or it is terminal. */
  async cancel(id: string, clientId: string): Promise<Row<'jobs/cancel'> | undefined> {
    const [row] = await this.executor.query('jobs/cancel', [id, clientId]);
    return row;
  }

  /** Undefined: there is no such job of the client. */
  async delete(id: string, clientId: string): Promise<Row<'jobs/delete'> | undefined> {
    const [row] = await this.executor.query('jobs/delete', [id, clientId]);
    return row;
  }

  /** Up to `limit` jobs that are due, of the clients in turn, beginning with the one after `afterClient`. */
  async claimBatch(workerId: string, limit: number, leaseMs: number, afterClient = ''): Promise<ClaimedJob[]> {
    return this.executor.query('jobs/claim-batch', [workerId, limit, leaseMs, afterClient]);
  }

  /** Takes up to `limit` jobs from workers whose lease ran out, and as many that run without one. Waits for nobody. */
  async rescueExpired(
    limit: number,
    leaseMs: number,
    { code, message }: Failure,
  ): Promise<Row<'jobs/rescue-expired'>[]> {
    return this.executor.query('jobs/rescue-expired', [limit, leaseMs, code, message]);
  }

  async startProcessing(
    lease: Lease,
    input: { fileName: string; fileSize: number; fileMime: string },
    percent: number,
  ): Promise<boolean> {
    const { fileName, fileSize, fileMime } = input;
    const rows = await this.executor.query('jobs/start-processing', [
      ...guard(lease),
      fileName,
      fileSize,
      fileMime,
      percent,
    ]);
    return rows.length > 0;
  }

  async recordProgress(lease: Lease, stage: string, percent: number): Promise<boolean> {
    return (await this.executor.query('jobs/record-progress', [...guard(lease), stage, percent])).length > 0;
  }

  /** Keeps what another attempt need not repeat; the database adds `savedAt`. */
  async saveCheckpoint(lease: Lease, checkpoint: object): Promise<boolean> {
    const rows = await this.executor.query('jobs/save-checkpoint', [...guard(lease), JSON.stringify(checkpoint)]);
    return rows.length > 0;
  }

  /** Those of the jobs that are there and not terminal. */
  async listUnfinished(ids: readonly string[]): Promise<UnfinishedJob[]> {
    return this.executor.query('jobs/list-work', [ids]);
  }

  /** Stores the results with the terminal status, all or nothing; a failure says what is missing. */
  async complete(
    lease: Lease,
    status: 'COMPLETE' | 'PARTIAL_COMPLETE',
    toolName: string,
    exports: readonly StoredExport[],
    failure: Failure | null,
  ): Promise<boolean> {
    const contentOf = (wanted: ExportFormat) => exports.find(({ format }) => format === wanted)?.content ?? null;
    const rows = await this.executor.query('jobs/complete', [
      ...guard(lease),
      status,
      toolName,
      contentOf('markdown'),
      contentOf('html'),
      contentOf('json'),
      failure?.code ?? null,
      failure?.message ?? null,
      toJson(failure?.details),
    ]);
    return rows.length > 0;
  }

  async fail(lease: Lease, { code, message, details }: Failure): Promise<boolean> {
    return (await this.executor.query('jobs/fail', [...guard(lease), code, message, toJson(details)])).length > 0;
  }

  /** Undefined: the lease no longer holds. */
  async scheduleRetry(
    lease: Lease,
    status: JobStatus,
    { code, message, details }: Failure,
  ): Promise<Row<'jobs/schedule-retry'> | undefined> {
    const [row] = await this.executor.query('jobs/schedule-retry', [
      ...guard(lease),
      status,
      code,
      message,
      toJson(details),
    ]);
    return row;
  }

  async handBack(lease: Lease): Promise<boolean> {
    return (await this.executor.query('jobs/hand-back', guard(lease))).length > 0;
  }
}

/** The values of a new row of `jobs`, in the order of the statements that insert one. */
export function insertValues(id: string, job: NewJob): Params<'jobs/insert'> {
  return [
    id,
    job.clientId,
    job.sessionId,
    job.inputType,
    job.inputPath,
    job.inputUrl,
    job.fileName,
    job.fileSize,
    job.fileMime,
    job.timeoutMs,
    job.maxRetries,
  ];
}

function guard({ jobId, workerId, fencingToken }: Lease): [id: string, workerId: string, fencingToken: number] {
  return [jobId, workerId, fencingToken];
}

function toJson(details: unknown): string | null {
  return details === undefined || details === null ? null : JSON.stringify(details);
}
