/** The states of a job; `db/migrations` holds the same, and a test holds the two equal. */
export const JOB_STATUSES = [
  'PENDING',
  'UPLOADING',
  'PROCESSING',
  'COMPLETE',
  'PARTIAL_COMPLETE',
  'FAILED',
  'CANCELLED',
  'RETRY_PENDING',
  'RETRY_UPLOAD',
  'RETRY_PROCESSING',
  'RETRY_EXPORT',
  'RETRY_SAVE',
  'RETRY_FAILED',
] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

/** The transitions that the database allows: for telling a caller, never for deciding. */
export const JOB_TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = Object.freeze({
  PENDING: ['UPLOADING', 'CANCELLED', 'FAILED'],
  UPLOADING: ['PROCESSING', 'RETRY_UPLOAD', 'RETRY_PENDING', 'RETRY_FAILED', 'FAILED', 'CANCELLED'],
  PROCESSING: [
    'COMPLETE',
    'PARTIAL_COMPLETE',
    'RETRY_PROCESSING',
    'RETRY_EXPORT',
    'RETRY_SAVE',
    'RETRY_PENDING',
    'RETRY_FAILED',
    'FAILED',
    'CANCELLED',
  ],
  COMPLETE: [],
  PARTIAL_COMPLETE: [],
  FAILED: [],
  CANCELLED: [],
  RETRY_PENDING: ['UPLOADING', 'PROCESSING', 'RETRY_FAILED', 'FAILED', 'CANCELLED'],
  RETRY_UPLOAD: ['UPLOADING', 'RETRY_FAILED', 'FAILED', 'CANCELLED'],
  RETRY_PROCESSING: ['PROCESSING', 'RETRY_FAILED', 'FAILED', 'CANCELLED'],
  RETRY_EXPORT: ['PROCESSING', 'RETRY_FAILED', 'FAILED', 'CANCELLED'],
  RETRY_SAVE: ['PROCESSING', 'RETRY_FAILED', 'FAILED', 'CANCELLED'],
  RETRY_FAILED: [],
});

export function isTerminal(status: JobStatus): boolean {
  return JOB_TRANSITIONS[status].length === 0;
}

/** Whether it waits for a worker: what a claim takes, once it is due. */
export function isWaiting(status: JobStatus): boolean {
  return status === 'PENDING' || (status.startsWith('RETRY_') && !isTerminal(status));
}
