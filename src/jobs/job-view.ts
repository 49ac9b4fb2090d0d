import { isTerminal, type JobStatus } from './job-states.js';
import type { ExportedJob, JobDetails } from './job-repository.js';
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
