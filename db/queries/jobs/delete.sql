-- Deletes a job; its results, lease, events and idempotency key go with it.
-- Index: jobs_pkey.
-- $1 id
-- $2 clientId
DELETE FROM jobs
WHERE id = $1 AND client_id = $2
RETURNING id, input_path AS "inputPath";
