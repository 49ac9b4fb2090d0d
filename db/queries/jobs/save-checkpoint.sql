-- Keeps what a later attempt at a running job need not repeat, by the worker that holds it, with the
-- moment by the database's clock. No row: it no longer does.
-- Index: jobs_pkey, job_leases_pkey.
-- $1 id
-- $2 workerId
-- $3 fencingToken
-- $4 checkpoint    as JSON text
UPDATE jobs j
SET checkpoint_data = $4::jsonb || jsonb_build_object('savedAt', now())
WHERE j.id = $1
  AND j.fencing_token = $3
  AND j.status = 'PROCESSING'
  AND EXISTS (
    SELECT FROM job_leases l WHERE l.job_id = j.id AND l.worker_id = $2 AND l.fencing_token = $3
  )
RETURNING j.id;
