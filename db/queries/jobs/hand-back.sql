-- Gives a running job back to the queue, due at once and without spending an attempt or its
-- checkpoint, because the worker that holds it is shutting down. No row: it no longer holds it.
-- Index: jobs_pkey, job_leases_pkey.
-- $1 id
-- $2 workerId
-- $3 fencingToken
UPDATE jobs j
SET status = 'RETRY_PENDING', next_attempt_at = now()
WHERE j.id = $1
  AND j.fencing_token = $3
  AND j.status IN ('UPLOADING', 'PROCESSING')
  AND EXISTS (
    SELECT FROM job_leases l WHERE l.job_id = j.id AND l.worker_id = $2 AND l.fencing_token = $3
  )
RETURNING j.id;
