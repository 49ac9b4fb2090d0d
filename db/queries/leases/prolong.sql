-- A worker's sign of life: prolongs the leases it still holds, and answers which those are. A job
-- that is missing from the answer is no longer the worker's. Touches no index: HOT.
-- The job's status counts too: a cancellation that waited for the claim did not see its lease, and left it.
-- Index: job_leases_pkey, jobs_pkey.
-- repeatable: yes
-- $1 workerId
-- $2 jobIds
-- $3 fencingTokens    in the same order
-- $4 leaseMs
UPDATE job_leases l
SET expires_at = now() + $4::int * interval '1 millisecond'
FROM unnest($2::uuid[], $3::bigint[]) AS held (job_id, fencing_token) JOIN jobs j ON j.id = held.job_id
WHERE l.job_id = held.job_id AND l.worker_id = $1 AND l.fencing_token = held.fencing_token
  AND j.status IN ('UPLOADING', 'PROCESSING')
RETURNING l.job_id AS "jobId";
