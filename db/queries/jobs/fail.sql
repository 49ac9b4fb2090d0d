-- Ends a running job in a failure that no retry can mend, by the worker that holds it. No row: it
-- no longer does.
-- Index: jobs_pkey, job_leases_pkey.
-- $1 id
-- $2 workerId
-- $3 fencingToken
-- $4 errorCode
-- $5 errorMessage
-- $6 errorDetails?   as JSON text
UPDATE jobs j
SET status = 'FAILED', checkpoint_data = NULL, error_code = $4, error_message = $5, error_details = $6
WHERE j.id = $1
  AND j.fencing_token = $3
  AND j.status IN ('UPLOADING', 'PROCESSING')
  AND EXISTS (
    SELECT FROM job_leases l WHERE l.job_id = j.id AND l.worker_id = $2 AND l.fencing_token = $3
  )
RETURNING j.id;
