-- How many jobs there are in each status: the sum of what came and went. Exact, and as dear as there are deltas that
-- were not folded yet, however many jobs there are. A status that never had a job is not in it.
-- Index: none; job_count_deltas is read whole.
-- repeatable: yes
-- not null: status, jobs
SELECT counted.status, sum(counted.jobs)::bigint AS jobs
FROM job_count_deltas d
CROSS JOIN LATERAL (VALUES (d.to_status, d.jobs), (d.from_status, -d.jobs)) AS counted (status, jobs)
WHERE counted.status IS NOT NULL
GROUP BY counted.status;
