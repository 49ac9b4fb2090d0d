-- Which of these stored inputs a job refers to. One look into the index for each, however many jobs
-- there are: LATERAL with LIMIT keeps the planner from reading the whole table instead.
-- Index: jobs_input_path_idx.
-- repeatable: yes
-- $1 paths
-- not null: inputPath
SELECT stored.path AS "inputPath"
FROM unnest($1::text[]) AS stored (path)
CROSS JOIN LATERAL (SELECT FROM jobs WHERE jobs.input_path = stored.path LIMIT 1) AS job;
