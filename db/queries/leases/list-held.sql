-- Which of a worker's leases still hold: a cheap look, between two heartbeats, for jobs that were
-- cancelled or deleted meanwhile. Writes nothing.
-- Index: job_leases_pkey.
-- $1 workerId
-- $2 jobIds
-- $3 fencingTokens    in the same order
SELECT l.job_id AS "jobId"
FROM job_leases l
JOIN unnest($2::uuid[], $3::bigint[]) AS held (job_id, fencing_token) ON l.job_id = held.job_id
WHERE l.worker_id = $1 AND l.fencing_token = held.fencing_token;
