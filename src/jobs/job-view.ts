import { isTerminal, type JobStatus } from './job-states.js';
import type { ExportedJob, JobDetails } from './job-repository.js';
import type { SubmittedJob } from './job-service.js';
import { API } from '../http/paths.js';

/** What lists and exports tell of a job, in their order, and the formats and sizes of its results. */
export const LISTED_FIELDS = [
  'id',
  'sessionId',
  'status',
  'currentStage',
  'progressPercent',
  'inputType',
  'fileName',
  'fileSize',
  'fileMime',
  'inputUrl',
  'retryCount',
  'errorCode',
  'errorMessage',
  'createdAt',
  'updatedAt',
  'startedAt',
  'completedAt',
] as const satisfies readonly (keyof ExportedJob)[];

/** A job of a list as clients see it: without what only paging needs. */
export function toListedJob(job: ExportedJob): ExportedJob {
  const fields = LISTED_FIELDS.map((field) => [field, job[field]] as const);
  return { ...(Object.fromEntries(fields) as unknown as ExportedJob), results: job.results };
}

/** One job as clients see it: when it is tried again is told only while it waits for that. */
export function toJobDetails(job: JobDetails) {
  return { ...job, nextAttemptAt: isWaitingToRetry(job.status) ? job.nextAttemptAt : null, links: jobLinks(job) };
}

export type JobDetailsView = ReturnType<typeof toJobDetails>;

/** What a request for a job is answered with. */
export function toSubmitted({ id, status, createdAt, sessionId }: Omit<SubmittedJob, 'replayed'>) {
  return { jobId: id, status, createdAt, links: jobLinks({ id, sessionId }) };
}

export type SubmittedView = ReturnType<typeof toSubmitted>;
/** The answer to a retry: which job the new one is made of. */
export type RetriedView = SubmittedView & { readonly retriedFrom: string };

/** Jobs after a cursor. */
export interface JobPageView {
  readonly jobs: readonly ExportedJob[];
  readonly pageSize: number;
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** A numbered page of a history. */
export interface HistoryPageView extends JobPageView {
  readonly total: number;
  readonly page: number;
  readonly totalPages: number;
}

export function jobPath(id: string): string {
  return `${API}/jobs/${id}`;
}

export function jobLinks({ id, sessionId }: { readonly id: string; readonly sessionId: string }) {
  return {
    self: jobPath(id),
    events: `${jobPath(id)}/events`,
    results: `${jobPath(id)}/results`,
    cancel: `${jobPath(id)}/cancel`,
    history: `${API}/history?${new URLSearchParams({ sessionId }).toString()}`,
  };
}

function isWaitingToRetry(status: JobStatus): boolean {
  return status.startsWith('RETRY_') && !isTerminal(status);
}
