-- Takes jobs from workers that gave no sign of life for the whole of their lease: each counts as a failed
-- attempt and becomes RETRY_PENDING, with the backoff of schedule-retry and its checkpoint kept, or
-- RETRY_FAILED when the retries are used up, so that a job which kills its workers ends. So do running jobs
-- that have had no lease at all for as long as one lasts.
-- Every worker may run this at any time. It waits for nobody and so deadlocks with nobody: rows that
-- others hold are for the next round, and do not count against the limit. What changed between the
-- statement's snapshot and its lock, such as a lease prolonged or a job completed, is seen again by
-- the conditions below, all of them on columns of the locked rows.
-- Index: job_leases has as few rows as there are running jobs, and is read whole; jobs_pkey, jobs_status_idx.
-- $1 limit        jobs of either kind
-- $2 leaseMs
-- $3 errorCode
-- $4 errorMessage
-- nullable: workerId
WITH expired AS MATERIALIZED (
  SELECT l.job_id AS id, l.worker_id
  FROM job_leases l JOIN jobs j ON j.id = l.job_id
  WHERE l.expires_at < now() AND j.status IN ('UPLOADING', 'PROCESSING')
  ORDER BY l.expires_at, l.job_id
  LIMIT $1::int
  FOR UPDATE SKIP LOCKED
),
unleased AS MATERIALIZED (
  SELECT j.id, NULL::varchar AS worker_id
  FROM jobs j
  WHERE j.status IN ('UPLOADING', 'PROCESSING')
    AND j.updated_at < now() - $2::int * interval '1 millisecond'
    AND NOT EXISTS (SELECT FROM job_leases l WHERE l.job_id = j.id)
  ORDER BY j.updated_at, j.id
  LIMIT $1::int
  FOR UPDATE OF j SKIP LOCKED
),
rescued AS (
  UPDATE jobs j
  SET
    status = CASE WHEN j.retry_count + 1 > j.max_retries THEN 'RETRY_FAILED' ELSE 'RETRY_PENDING' END::job_status,
    retry_count = LEAST(j.retry_count + 1, j.max_retries),
    next_attempt_at = now()
      + LEAST(power(2, LEAST(j.retry_count, 20)), 3600) * (1 + random() / 4) * interval '1 second',
    checkpoint_data = CASE WHEN j.retry_count + 1 > j.max_retries THEN NULL ELSE j.checkpoint_data END,
    error_code = $3,
    error_message = $4,
    error_details = NULL
  FROM (SELECT id, worker_id FROM expired UNION ALL SELECT id, worker_id FROM unleased) AS due
  WHERE j.id = due.id AND j.status IN ('UPLOADING', 'PROCESSING')
  RETURNING j.id, j.status, j.retry_count, j.fencing_token, due.worker_id
)
SELECT id, status, retry_count AS "retryCount", fencing_token AS "fencingToken", worker_id AS "workerId" FROM rescued;
