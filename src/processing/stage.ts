import type { JobStatus } from '../jobs/job-states.js';

/** The stages of a running job, in order, and the span of percent that each covers. */
export const STAGES = Object.freeze({
  upload: { from: 0, to: 10 },
  parsing: { from: 10, to: 15 },
  conversion: { from: 15, to: 75 },
  export: { from: 75, to: 95 },
  saving: { from: 95, to: 100 },
});

export type Stage = keyof typeof STAGES;

/** Percent of the whole job when a stage is done to `fraction` (0 to 1). */
export function percentAt(stage: Stage, fraction: number): number {
  const { from, to } = STAGES[stage];
  return Math.floor(from + (to - from) * Math.min(1, Math.max(0, fraction)));
}

/** The retry state for a failure in a stage, as the status at that time allows it. */
export function retryStatusFor(stage: Stage, status: JobStatus): JobStatus {
  if (status === 'UPLOADING') return 'RETRY_UPLOAD';
  if (stage === 'export') return 'RETRY_EXPORT';
  return stage === 'saving' ? 'RETRY_SAVE' : 'RETRY_PROCESSING';
}
