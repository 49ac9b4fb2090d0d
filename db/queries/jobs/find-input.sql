-- Where the input of a client's job is, and whether it may be made a job of again by its status.
-- Index: jobs_pkey.
-- repeatable: yes
-- $1 id
-- $2 clientId
SELECT status, input_path AS "inputPath"
FROM jobs
WHERE id = $1 AND client_id = $2;
