import { isTerminal, JOB_TRANSITIONS, type JobStatus } from '../../../src/jobs/job-states.js';
import type { TestDatabase } from '../test-database.js';
import type { JobModel, ModelJob } from './job-model.js';

interface StoredEvent {
  readonly seq: number;
  readonly from_status: JobStatus | null;
  readonly to_status: JobStatus;
  readonly stage: string | null;
  readonly percent: number;
}

interface StoredJob {
  readonly id: string;
  readonly status: JobStatus;
  readonly stage: string | null;
  readonly percent: number;
  readonly retryCount: number;
  readonly token: string;
  readonly lastEventSeq: number;
  readonly started: boolean;
  readonly completed: boolean;
  readonly checkpoint: unknown;
  readonly lease: { worker_id: string; fencing_token: number } | null;
  readonly formats: readonly string[];
  readonly events: readonly StoredEvent[];
}

const READ_ALL = `
  SELECT j.id, j.status, j.current_stage AS stage, j.progress_percent AS percent, j.retry_count AS "retryCount",
         j.fencing_token AS token, j.last_event_seq AS "lastEventSeq", j.started_at IS NOT NULL AS started,
         j.completed_at IS NOT NULL AS completed, j.checkpoint_data AS checkpoint,
         (SELECT to_jsonb(l) FROM job_leases l WHERE l.job_id = j.id) AS lease,
         (SELECT coalesce(jsonb_agg(r.format_type), '[]') FROM results r WHERE r.job_id = j.id) AS formats,
         (SELECT coalesce(jsonb_agg(e ORDER BY e.seq), '[]') FROM job_events e WHERE e.job_id = j.id) AS events
  FROM jobs j`;

/** Fails unless the database holds just what the model says, and an audit trail that leads there. */
export async function expectSame(db: TestDatabase, model: JobModel): Promise<void> {
  const stored = new Map((await db.rows<StoredJob>(READ_ALL)).map((job) => [job.id, job]));
  expect([...stored.keys()].sort()).toEqual([...model.jobs.keys()].sort());
  for (const job of model.jobs.values()) {
    const row = stored.get(job.id)!;
    expect(outlineOf(row)).toEqual(outlineOfModel(job));
    expectReplay(row);
  }
}

function outlineOf({
  status,
  stage,
  percent,
  retryCount,
  token,
  lease,
  formats,
  started,
  completed,
  ...row
}: StoredJob) {
  return {
    ...{ status, stage, percent, retryCount, completed, token: Number(token), formats: [...formats].sort() },
    lease: lease && { workerId: lease.worker_id, token: lease.fencing_token },
    startedIffProcessed: started === row.events.some(({ to_status }) => to_status === 'PROCESSING'),
    checkpointAtTheEnd: completed ? row.checkpoint : null,
  };
}

function outlineOfModel({ status, stage, percent, retryCount, token, lease, formats }: ModelJob) {
  return {
    ...{ status, stage, percent, retryCount, token, formats: [...formats].sort(), completed: isTerminal(status) },
    lease: lease ? { workerId: lease.workerId, token } : null,
    startedIffProcessed: true,
    checkpointAtTheEnd: null,
  };
}

/** The events count from 1 without a gap, follow each other by allowed transitions, and end in what the row says. */
function expectReplay({ events, status, stage, percent, lastEventSeq }: StoredJob): void {
  let reached: JobStatus | null = null;
  for (const [index, event] of events.entries()) {
    expect(event).toMatchObject({ seq: index + 1, from_status: reached });
    const stays = reached === event.to_status;
    if (reached !== null && !stays) expect(JOB_TRANSITIONS[reached]).toContain(event.to_status);
    reached = event.to_status;
  }
  expect(events.at(-1)).toMatchObject({ seq: lastEventSeq, to_status: status, stage, percent });
}
