import { JOB_TRANSITIONS } from '../../dist/jobs/job-states.js';

const TERMINAL = Object.keys(JOB_TRANSITIONS).filter((status) => JOB_TRANSITIONS[status].length === 0);
const RESCUED = `detail ->> 'errorMessage' LIKE 'The worker that had the job%'`;
const MAX_EXAMPLES = 10;

/** @typedef {{ promise: string, count: number, examples: unknown[] }} Violation */

const READ_JOBS = `
  SELECT j.id, j.file_name, j.status, j.current_stage AS stage, j.progress_percent AS percent, j.last_event_seq,
         j.retry_count, j.error_code, j.error_details, j.checkpoint_data IS NOT NULL AS has_checkpoint, j.completed_at,
         (SELECT coalesce(jsonb_agg(to_jsonb(e) - 'detail' ORDER BY e.seq), '[]') FROM job_events e WHERE e.job_id = j.id) AS events,
         (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'format', r.format_type, 'measured', r.size_bytes = octet_length(r.content),
            'marked', strpos(r.content, split_part(j.file_name, '.', 1)) > 0)), '[]')
          FROM results r WHERE r.job_id = j.id) AS results
  FROM jobs j ORDER BY j.id`;

/** How many accepted jobs are not terminal yet. @param {import('./postgres.mjs').ChaosPostgres} postgres */
export async function countUnfinished(postgres) {
  const [{ count }] = await postgres.query(`SELECT count(*)::int AS count FROM jobs WHERE status <> ALL ($1)`, [
    TERMINAL,
  ]);
  return count;
}

/**
 * Holds the database against what clients were told.
 *
 * @param {import('./postgres.mjs').ChaosPostgres} postgres
 * @param {readonly import('./client.mjs').Accepted[]} accepted
 * @param {Violations} violations
 */
export async function verifyJobs(postgres, accepted, violations) {
  const rows = await postgres.query(READ_JOBS);
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const job of accepted) {
    const row = byId.get(job.id);
    if (job.deleted) violations.check(!row, 'a deleted job is gone', job);
    else if (!row) violations.add('an accepted job is never lost', job);
    else verifyOutcome(row, job, violations);
  }
  for (const row of rows) verifyRow(row, violations);
  verifyKeys(rows, accepted, violations);
  const [leases] = await postgres.query('SELECT jsonb_agg(l) AS all FROM job_leases l');
  violations.check(leases.all === null, 'no lease is left', leases.all);
  return rows;
}

function verifyOutcome(row, job, violations) {
  const evidence = brief(row);
  if (job.cancelled) violations.check(row.status === 'CANCELLED', 'a cancelled job stays cancelled', evidence);
  if (row.status === 'COMPLETE') violations.check(job.converts, 'a broken document is never COMPLETE', evidence);
  if (row.status === 'FAILED') violations.check(!job.converts, 'a good document is never FAILED for good', evidence);
}

function verifyRow(row, violations) {
  const evidence = brief(row);
  const { status, events, results } = row;
  const ends = events.filter(({ from_status, to_status }) => from_status !== to_status && TERMINAL.includes(to_status));
  violations.check(TERMINAL.includes(status), 'every job ends', { ...evidence, events });
  violations.check(ends.length === 1 || !TERMINAL.includes(status), 'a job ends exactly once', { ...evidence, events });
  violations.check(replays(row), 'the audit trail leads to what the row says', { ...evidence, events });
  violations.check(!TERMINAL.includes(status) || !row.has_checkpoint, 'no checkpoint outlives its job', evidence);
  const formats = results.map(({ format }) => format).sort();
  const missing = (row.error_details?.missing ?? []).map(({ format }) => format);
  const expected = ['html', 'json', 'markdown'].filter((format) =>
    status === 'COMPLETE' ? true : status === 'PARTIAL_COMPLETE' && !missing.includes(format),
  );
  violations.check(String(formats) === String(expected), 'the results are those that the status implies', {
    ...evidence,
    formats,
  });
  violations.check(
    results.every(({ measured, marked }) => measured && marked),
    'results are of their own document',
    evidence,
  );
}

function replays({ status, stage, percent, last_event_seq, events }) {
  let reached = null;
  for (const [index, event] of events.entries()) {
    const { seq, from_status, to_status } = event;
    if (seq !== index + 1 || from_status !== reached) return false;
    if (reached !== null && reached !== to_status && !JOB_TRANSITIONS[reached].includes(to_status)) return false;
    reached = to_status;
  }
  const last = events.at(-1);
  return last?.seq === last_event_seq && reached === status && last.stage === stage && last.percent === percent;
}

/** A submission with a key makes one job, however often it was sent. */
function verifyKeys(rows, accepted, violations) {
  const keyed = new Set(accepted.filter((job) => job.keyed && !job.deleted).map(({ marker }) => marker));
  /** @type {Map<string, string[]>} */
  const made = new Map();
  for (const { id, file_name } of rows) {
    const marker = file_name.split('.')[0];
    if (keyed.has(marker)) made.set(marker, [...(made.get(marker) ?? []), id]);
  }
  for (const [marker, ids] of made) {
    violations.check(ids.length === 1, 'the same Idempotency-Key makes one job', { marker, ids });
  }
}

function brief({ id, file_name, status, retry_count, error_code, error_details }) {
  return { id, file_name, status, retry_count, error_code, error_details };
}

/**
 * Milliseconds from the end of a lease to the rescue of its job, by the database's own times; those in
 * which PostgreSQL itself was down are counted apart, for then nobody can rescue.
 *
 * @param {import('./postgres.mjs').ChaosPostgres} postgres
 */
export async function measureRescues(postgres) {
  const rows = await postgres.query(`
    SELECT l.expires_at, l.ended_at, extract(epoch FROM l.ended_at - l.expires_at)::float8 * 1000 AS ms
    FROM chaos.ended_leases l
    WHERE l.expires_at < l.ended_at AND EXISTS (
      SELECT FROM job_events e WHERE e.job_id = l.job_id AND ${RESCUED}
        AND e.occurred_at BETWEEN l.ended_at - interval '1 s' AND l.ended_at + interval '1 s')
    ORDER BY ms`);
  const isDuringOutage = ({ expires_at, ended_at }) =>
    postgres.outages.some(({ from, to }) => from < ended_at.getTime() && to > expires_at.getTime() - 100);
  const delays = rows.filter((row) => !isDuringOutage(row)).map(({ ms }) => Math.round(ms));
  const at = (/** @type {number} */ share) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))];
  return {
    rescues: rows.length,
    duringOutages: rows.length - delays.length,
    p50: at(0.5),
    p99: at(0.99),
    max: delays.at(-1),
  };
}

/** Broken promises, with evidence of the first few of each. */
export class Violations {
  /** @type {Map<string, Violation>} */
  #byPromise = new Map();

  /**
   * @param {boolean} holds
   * @param {string} promise
   * @param {unknown} evidence
   */
  check(holds, promise, evidence) {
    if (!holds) this.add(promise, evidence);
  }

  /**
   * @param {string} promise
   * @param {unknown} evidence
   */
  add(promise, evidence) {
    const violation = this.#byPromise.get(promise) ?? { promise, count: 0, examples: [] };
    violation.count += 1;
    if (violation.examples.length < MAX_EXAMPLES) violation.examples.push(evidence);
    this.#byPromise.set(promise, violation);
  }

  list() {
    return [...this.#byPromise.values()];
  }
}
