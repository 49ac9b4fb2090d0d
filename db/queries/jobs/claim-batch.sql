-- Gives a worker up to `limit` waiting jobs that are due, longest waiting first, with a lease each.
-- The choice is a materialised CTE, or the planner may run it again per row and claim too many;
-- SKIP LOCKED lets workers pass each other. A job whose conversion, export or saving failed goes on in
-- PROCESSING, any other begins with UPLOADING.
-- Index: jobs_claim_idx, job_leases_pkey.
-- $1 workerId
-- $2 limit
-- $3 leaseMs
-- not null: claimedAt
-- type: inputType InputType
WITH due AS MATERIALIZED (
  SELECT id
  FROM jobs
  WHERE status IN ('PENDING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE')
    AND next_attempt_at <= now()
  ORDER BY next_attempt_at, id
  LIMIT $2::int
  FOR UPDATE SKIP LOCKED
),
claimed AS (
  UPDATE jobs j
  SET
    status = CASE
      WHEN j.status IN ('RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE') THEN 'PROCESSING'::job_status
      ELSE 'UPLOADING'::job_status
    END,
    current_stage = 'upload',
    progress_percent = 0,
    fencing_token = j.fencing_token + 1,
    error_code = NULL,
    error_message = NULL,
    error_details = NULL
  FROM due
  WHERE j.id = due.id
  RETURNING
    j.id, j.status, j.input_type, j.input_path, j.input_url, j.file_name, j.file_size, j.file_mime, j.timeout_ms,
    j.retry_count, j.max_retries, j.checkpoint_data, j.fencing_token, j.next_attempt_at
),
leased AS (
  INSERT INTO job_leases (job_id, worker_id, fencing_token, expires_at)
  SELECT id, $1, fencing_token, now() + $3::int * interval '1 millisecond' FROM claimed
  ON CONFLICT (job_id) DO UPDATE
  SET worker_id = EXCLUDED.worker_id, fencing_token = EXCLUDED.fencing_token, expires_at = EXCLUDED.expires_at
)
SELECT
  id,
  status,
  input_type AS "inputType",
  input_path AS "inputPath",
  input_url AS "inputUrl",
  file_name AS "fileName",
  file_size AS "fileSize",
  file_mime AS "fileMime",
  timeout_ms AS "timeoutMs",
  retry_count AS "retryCount",
  max_retries AS "maxRetries",
  checkpoint_data AS "checkpointData",
  fencing_token AS "fencingToken",
  now() AS "claimedAt"
FROM claimed
ORDER BY next_attempt_at, id;
