-- The input is in: UPLOADING to PROCESSING, by the worker that holds the job. No row: it no longer does.
-- Index: jobs_pkey, job_leases_pkey.
-- $1 id
-- $2 workerId
-- $3 fencingToken
-- $4 fileName
-- $5 fileSize
-- $6 fileMime
-- $7 progressPercent
UPDATE jobs j
SET
  status = 'PROCESSING',
  current_stage = 'parsing',
  progress_percent = $7,
  file_name = $4,
  file_size = $5,
  file_mime = $6
WHERE j.id = $1
  AND j.fencing_token = $3
  AND j.status = 'UPLOADING'
  AND EXISTS (
    SELECT FROM job_leases l WHERE l.job_id = j.id AND l.worker_id = $2 AND l.fencing_token = $3
  )
RETURNING j.id;
