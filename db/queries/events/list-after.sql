-- The events of a job after one of them, in order. The caller has made sure whose job it is. No gap
-- can close later: who changes a job holds its row, so its events are committed in their order.
-- Index: job_events_pkey.
-- repeatable: yes
-- $1 jobId
-- $2 seq
-- $3 limit
-- nullable: retryCount, nextAttemptAt, errorCode, errorMessage
SELECT
  e.seq,
  e.occurred_at AS "occurredAt",
  e.from_status AS "previousStatus",
  e.to_status AS status,
  e.stage,
  e.percent,
  e.detail ->> 'errorCode' AS "errorCode",
  e.detail ->> 'errorMessage' AS "errorMessage",
  (e.detail ->> 'retryCount')::int AS "retryCount",
  (e.detail ->> 'nextAttemptAt')::timestamptz AS "nextAttemptAt"
FROM job_events e
WHERE e.job_id = $1 AND e.seq > $2
ORDER BY e.seq
LIMIT $3;
