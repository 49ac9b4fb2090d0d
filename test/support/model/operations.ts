import * as fc from 'fast-check';
import { AppError } from '../../../src/errors.js';
import { JobRepository, type Lease } from '../../../src/jobs/job-repository.js';
import type { JobStatus } from '../../../src/jobs/job-states.js';
import { LeaseRepository } from '../../../src/processing/lease-repository.js';
import type { Executor } from '../../../src/database/database.js';
import { LEASE_MINUTES, type JobModel } from './job-model.js';

const LEASE_MS = LEASE_MINUTES * 60_000;
const FORMATS = ['markdown', 'html', 'json'] as const;
const FAILURE = { code: 'E201', message: 'as the test has it', details: null };
const NO_JOB = '00000000-0000-7000-8000-000000000000';

/** `lease` and `job` count back from the newest; a lease may be long lost, which is the point. */
export type Operation =
  | { readonly op: 'submit'; readonly maxRetries: number }
  | { readonly op: 'claim'; readonly worker: string; readonly limit: number }
  | { readonly op: 'start' | 'fail' | 'hand back'; readonly lease: number }
  | { readonly op: 'progress'; readonly lease: number; readonly stage: string; readonly percent: number }
  | { readonly op: 'complete'; readonly lease: number; readonly exports: number }
  | { readonly op: 'retry'; readonly lease: number; readonly status: JobStatus }
  | { readonly op: 'prolong'; readonly worker: string }
  | { readonly op: 'cancel' | 'delete'; readonly job: number }
  | { readonly op: 'rescue' };

/** One operation, two at the same moment, or the passing of time. */
export type Step =
  | Operation
  | { readonly op: 'at once'; readonly first: Operation; readonly second: Operation }
  | { readonly op: 'time'; readonly minutes: number };

const worker = fc.constantFrom('ada', 'grace', 'alan');
const recent = fc.oneof({ weight: 4, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(20) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('submit' as const), maxRetries: fc.nat(2) }) },
  {
    weight: 5,
    arbitrary: fc.record({ op: fc.constant('claim' as const), worker, limit: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      op: fc.constantFrom('start' as const, 'start' as const, 'fail' as const, 'hand back' as const),
      lease: recent,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('progress' as const),
      lease: recent,
      stage: fc.constantFrom('conversion', 'export'),
      percent: fc.nat(99),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('complete' as const),
      lease: recent,
      exports: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('retry' as const),
      lease: recent,
      status: fc.constantFrom<JobStatus>('RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('prolong' as const), worker }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constantFrom('cancel' as const, 'cancel' as const, 'delete' as const), job: recent }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('rescue' as const) }) },
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: operation },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('at once' as const), first: operation, second: operation }) },
  // One step ends a backoff, two of them a lease.
  { weight: 2, arbitrary: fc.record({ op: fc.constant('time' as const), minutes: fc.constant(31) }) },
);

/** Whether the model allows what happened; `exactly`: nothing else went on at the same time. Changes the model. */
export type Verdict = (model: JobModel, exactly: boolean) => boolean;

/** The service's own repositories, and what their callers remember. */
export class Actors {
  private readonly repository: JobRepository;
  private readonly leaseRepository: LeaseRepository;
  private readonly ids: string[] = [];
  private readonly leases: Lease[] = [];

  constructor(executor: Executor) {
    this.repository = new JobRepository(executor);
    this.leaseRepository = new LeaseRepository(executor);
  }

  /** Begins an operation at once; what it yields says how the model judges it. */
  async perform(operation: Operation): Promise<Verdict> {
    switch (operation.op) {
      case 'submit':
        return this.submit(operation.maxRetries);
      case 'claim':
        return this.claim(operation.worker, operation.limit);
      case 'prolong':
        return this.prolong(operation.worker);
      case 'rescue': {
        const rescued = await this.repository.rescueExpired(100, LEASE_MS, FAILURE);
        return (model, exactly) => model.rescue(rescued, exactly);
      }
      case 'cancel':
      case 'delete': {
        const id = this.ids.at(-1 - operation.job) ?? NO_JOB;
        const done = (await this.repository[operation.op](id, 'local')) !== undefined;
        return (model) => model[operation.op](id, done);
      }
      default:
        return this.write(operation, this.leases.at(-1 - operation.lease) ?? lost);
    }
  }

  private async submit(maxRetries: number): Promise<Verdict> {
    const nothing = {
      inputPath: null,
      inputUrl: null,
      fileName: null,
      fileSize: null,
      fileMime: null,
      timeoutMs: null,
    };
    const job = { ...nothing, clientId: 'local', sessionId: 'model', inputType: 'FILE' as const, maxRetries };
    const { id } = await this.repository.insert(job);
    this.ids.push(id);
    return (model) => model.submit(id, maxRetries);
  }

  private async claim(workerId: string, limit: number): Promise<Verdict> {
    const jobs = await this.repository.claimBatch(workerId, limit, LEASE_MS);
    const claimed = jobs.map(({ id, fencingToken }) => ({ id, token: fencingToken }));
    this.leases.push(...claimed.map(({ id, token }) => ({ jobId: id, workerId, fencingToken: token })));
    return (model, exactly) => model.claim(workerId, limit, claimed, exactly);
  }

  private async prolong(workerId: string): Promise<Verdict> {
    const leases = this.leases.filter((lease) => lease.workerId === workerId);
    const kept = await this.leaseRepository.prolong(workerId, leases, LEASE_MS);
    return (model, exactly) => model.prolong(leases, kept, exactly);
  }

  /** What a worker writes to a job that it has, or believes to have. */
  private async write(operation: Extract<Operation, { lease: number }>, lease: Lease): Promise<Verdict> {
    switch (operation.op) {
      case 'start': {
        const input = { fileName: 'a.csv', fileSize: 3, fileMime: 'text/csv' };
        const done = await this.repository.startProcessing(lease, input, 10);
        return (model) => model.start(lease, 10, done);
      }
      case 'progress': {
        const { stage, percent } = operation;
        const done = await this.repository.recordProgress(lease, stage, percent);
        return (model) => model.progress(lease, stage, percent, done);
      }
      case 'complete': {
        const formats = FORMATS.slice(0, operation.exports);
        const status = formats.length === FORMATS.length ? 'COMPLETE' : 'PARTIAL_COMPLETE';
        const exports = formats.map((format) => ({ format, content: `${format} of ${lease.jobId}` }));
        const failure = status === 'COMPLETE' ? null : { ...FAILURE, code: 'E304' };
        const done = await this.repository.complete(lease, status, 'convert_csv', exports, failure);
        return (model) => model.complete(lease, status, formats, done);
      }
      case 'fail': {
        const done = await this.repository.fail(lease, FAILURE);
        return (model) => model.fail(lease, done);
      }
      case 'retry': {
        const { status } = operation;
        const outcome = await this.repository.scheduleRetry(lease, status, FAILURE).then((row) => row?.status, codeOf);
        return (model) => model.retry(lease, status, outcome);
      }
      case 'hand back': {
        const done = await this.repository.handBack(lease);
        return (model) => model.handBack(lease, done);
      }
    }
  }
}

const lost: Lease = { jobId: NO_JOB, workerId: 'nobody', fencingToken: 1 };

function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  throw error;
}
