-- Gives a worker up to `limit` waiting jobs that are due, with a lease each. Clients take turns: the one that
-- comes after `afterClient` is served first, its longest waiting jobs first, and the next ones only for
-- what is left of the limit; who waits with one job gets its turn however many another has.
-- The choice is a materialised CTE, or the planner may run it again per row and claim too many; its LIMIT
-- ends the round of clients, so that no more rows are looked at and locked. The LIMIT within, the most that one claim
-- may take, tells the planner that they are few whatever `limit` is. SKIP LOCKED lets workers pass each other. A job whose conversion, export or saving failed goes on in
-- PROCESSING, any other begins with UPLOADING.
-- Nothing changes a job that waits, so it has done so since it was last updated.
-- Index: jobs_queue_idx, job_leases_pkey; clients is read whole.
-- $1 workerId
-- $2 limit          at most 1,000
-- $3 leaseMs
-- $4 afterClient    the client that was served last; empty at first
-- not null: claimedAt, previousStatus, waitedSeconds
-- type: inputType InputType
WITH due AS MATERIALIZED (
  SELECT id, status, updated_at
  FROM (
    SELECT waiting.id, waiting.status, waiting.updated_at
    FROM (SELECT id FROM clients ORDER BY id <= $4, id) AS turn
    CROSS JOIN LATERAL (
      SELECT id, status, updated_at
      FROM jobs
      WHERE client_id = turn.id
        AND status IN ('PENDING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE')
        AND next_attempt_at <= now()
      ORDER BY next_attempt_at, id
      FOR UPDATE SKIP LOCKED
    ) AS waiting
    LIMIT 1000
  ) AS first
  LIMIT $2::int
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
    j.id, j.client_id, j.status, j.input_type, j.input_path, j.input_url, j.file_name, j.file_size, j.file_mime, j.timeout_ms,
    j.retry_count, j.max_retries, j.checkpoint_data, j.fencing_token, j.next_attempt_at,
    due.status AS previous_status, due.updated_at AS waiting_since
),
leased AS (
  INSERT INTO job_leases (job_id, worker_id, fencing_token, expires_at)
  SELECT id, $1, fencing_token, now() + $3::int * interval '1 millisecond' FROM claimed
  ON CONFLICT (job_id) DO UPDATE
  SET worker_id = EXCLUDED.worker_id, fencing_token = EXCLUDED.fencing_token, expires_at = EXCLUDED.expires_at
)
SELECT
  id,
  client_id AS "clientId",
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
  now() AS "claimedAt",
  previous_status AS "previousStatus",
  extract(EPOCH FROM clock_timestamp() - waiting_since)::float8 AS "waitedSeconds"
FROM claimed
ORDER BY client_id <= $4, client_id, next_attempt_at, id;
