-- The newest change of each job to a status, as the audit trail has it, with how long the job was in the status before.
-- For those who change jobs without knowing what they were: the answer to an UPDATE does not tell.
-- Index: job_events_pkey.
-- repeatable: yes
-- $1 jobIds
-- $2 statuses    in the same order
-- not null: jobId
-- nullable: previousStatus, seconds
SELECT
  w.job_id AS "jobId",
  entered.from_status AS "previousStatus",
  entered.stage,
  extract(EPOCH FROM entered.occurred_at - previous.occurred_at)::float8 AS seconds
FROM unnest($1::uuid[], $2::job_status[]) AS w (job_id, status)
CROSS JOIN LATERAL (
  SELECT e.seq, e.occurred_at, e.from_status, e.stage
  FROM job_events e
  WHERE e.job_id = w.job_id AND e.to_status = w.status AND e.from_status IS DISTINCT FROM e.to_status
  ORDER BY e.seq DESC
  LIMIT 1
) AS entered
LEFT JOIN LATERAL (
  SELECT e.occurred_at
  FROM job_events e
  WHERE e.job_id = w.job_id AND e.seq < entered.seq AND e.from_status IS DISTINCT FROM e.to_status
  ORDER BY e.seq DESC
  LIMIT 1
) AS previous ON true;
