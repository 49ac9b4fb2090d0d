import { v7 as uuidv7 } from 'uuid';
import type { JobStatus } from '../../src/jobs/job-states.js';
import type { TestDatabase } from './test-database.js';

/** A row of `jobs` as PostgreSQL has it. */
export interface JobRow {
  id: string;
  client_id: string;
  session_id: string;
  status: JobStatus;
  current_stage: string | null;
  progress_percent: number;
  input_type: string;
  input_path: string | null;
  input_url: string | null;
  file_name: string | null;
  file_size: string | null;
  file_mime: string | null;
  timeout_ms: number | null;
  retry_count: number;
  max_retries: number;
  checkpoint_data: unknown;
  error_code: string | null;
  error_message: string | null;
  error_details: unknown;
  created_at: Date;
  updated_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
  next_attempt_at: Date;
  fencing_token: string;
  last_event_seq: number;
}

type NewRow = Partial<Omit<JobRow, 'status'>>;

const HAS_STARTED: readonly JobStatus[] = ['PROCESSING', 'COMPLETE', 'PARTIAL_COMPLETE', 'RETRY_EXPORT', 'RETRY_SAVE'];
const HAS_ENDED: readonly JobStatus[] = ['COMPLETE', 'PARTIAL_COMPLETE', 'FAILED', 'CANCELLED', 'RETRY_FAILED'];
const HAS_FAILED: readonly JobStatus[] = ['FAILED', 'RETRY_FAILED', 'PARTIAL_COMPLETE'];

/** Inserts a job in any status, with what follows from it: times, an error, results. `values` wins. */
export async function insertJob(
  database: TestDatabase,
  status: JobStatus = 'PENDING',
  values: NewRow = {},
): Promise<JobRow> {
  const row: Record<string, unknown> = {
    id: uuidv7(),
    client_id: 'local',
    session_id: 'session',
    input_type: 'FILE',
    input_path: '00/some-upload',
    file_name: 'report.pdf',
    status,
    ...(HAS_STARTED.includes(status) && { started_at: new Date() }),
    ...(HAS_ENDED.includes(status) && { completed_at: new Date(), progress_percent: status === 'COMPLETE' ? 100 : 0 }),
    ...(HAS_FAILED.includes(status) && { error_code: 'E302', error_message: 'The document could not be converted.' }),
    ...values,
  };
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  const job = await database.row<JobRow>(
    `INSERT INTO jobs (${columns.join(', ')}) VALUES (${places.join(', ')}) RETURNING *`,
    Object.values(row),
  );
  if (status === 'COMPLETE') await insertResults(database, job.id, ['markdown', 'html', 'json']);
  if (status === 'PARTIAL_COMPLETE') await insertResults(database, job.id, ['markdown']);
  return job;
}

export async function insertResults(database: TestDatabase, jobId: string, formats: readonly string[]): Promise<void> {
  for (const format of formats) {
    const content = format === 'json' ? '{"texts":[]}' : `content of ${format}`;
    await database.rows(
      `INSERT INTO results (job_id, format_type, content, size_bytes) VALUES ($1, $2, $3, octet_length($3))`,
      [jobId, format, content],
    );
  }
}

export async function readJob(database: TestDatabase, id: string): Promise<JobRow> {
  return database.row<JobRow>('SELECT * FROM jobs WHERE id = $1', [id]);
}
