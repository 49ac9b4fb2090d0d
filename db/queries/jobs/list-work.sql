-- Of some jobs those that are not terminal, with what says which of their work folders are still wanted.
-- Index: jobs_pkey.
-- $1 ids
-- not null: running, now
SELECT
  id,
  status IN ('UPLOADING', 'PROCESSING') AS running,
  fencing_token AS "fencingToken",
  checkpoint_data AS "checkpointData",
  now() AS now
FROM jobs
WHERE id = ANY($1::uuid[])
  AND status NOT IN ('COMPLETE', 'PARTIAL_COMPLETE', 'FAILED', 'CANCELLED', 'RETRY_FAILED');
