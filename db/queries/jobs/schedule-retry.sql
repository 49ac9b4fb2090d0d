-- Counts a failed attempt and sends a running job to its retry state, due after a backoff of
-- 1 s × 2^(retries so far), at most an hour, and by chance up to a quarter more, so that jobs which
-- failed together do not return together; or to RETRY_FAILED, without its checkpoint, when the retries are used
-- up. By the worker that holds it; no row: it no longer does.
-- Index: jobs_pkey, job_leases_pkey.
-- $1 id
-- $2 workerId
-- $3 fencingToken
-- $4 retryStatus     RETRY_UPLOAD, RETRY_PROCESSING, RETRY_EXPORT or RETRY_SAVE
-- $5 errorCode
-- $6 errorMessage
-- $7 errorDetails?   as JSON text
UPDATE jobs j
SET
  status = CASE WHEN j.retry_count + 1 > j.max_retries THEN 'RETRY_FAILED'::job_status ELSE $4 END,
  retry_count = LEAST(j.retry_count + 1, j.max_retries),
  next_attempt_at = now()
    + LEAST(power(2, LEAST(j.retry_count, 20)), 3600) * (1 + random() / 4) * interval '1 second',
  checkpoint_data = CASE WHEN j.retry_count + 1 > j.max_retries THEN NULL ELSE j.checkpoint_data END,
  error_code = $5,
  error_message = $6,
  error_details = $7
WHERE j.id = $1
  AND j.fencing_token = $3
  AND j.status IN ('UPLOADING', 'PROCESSING')
  AND EXISTS (
    SELECT FROM job_leases l WHERE l.job_id = j.id AND l.worker_id = $2 AND l.fencing_token = $3
  )
RETURNING j.id, j.status, j.next_attempt_at AS "nextAttemptAt";
