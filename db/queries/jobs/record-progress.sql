-- Notes the stage and percent of a running job, by the worker that holds it. No row: it no longer does.
-- No indexed column changes, so the update is HOT.
-- Index: jobs_pkey, job_leases_pkey.
-- repeatable: yes
-- $1 id
-- $2 workerId
-- $3 fencingToken
-- $4 stage
-- $5 progressPercent
UPDATE jobs j
SET current_stage = $4, progress_percent = $5
WHERE j.id = $1
  AND j.fencing_token = $3
  AND j.status IN ('UPLOADING', 'PROCESSING')
  AND EXISTS (
    SELECT FROM job_leases l WHERE l.job_id = j.id AND l.worker_id = $2 AND l.fencing_token = $3
  )
RETURNING j.id;
