-- A worker's sign of life: prolongs the leases it still holds, and answers which those are. A job
-- that is missing from the answer is no longer the worker's. Touches no index: HOT.
-- Index: job_leases_pkey.
-- repeatable: yes
-- $1 workerId
-- $2 jobIds
-- $3 fencingTokens    in the same order
-- $4 leaseMs
UPDATE job_leases l
SET expires_at = now() + $4::int * interval '1 millisecond'
FROM unnest($2::uuid[], $3::bigint[]) AS held (job_id, fencing_token)
WHERE l.job_id = held.job_id AND l.worker_id = $1 AND l.fencing_token = held.fencing_token
RETURNING l.job_id AS "jobId";
