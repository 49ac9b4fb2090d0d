-- Counts the waiting jobs of a client, but no further than `limit`: a count costs no more than the limit allows, however
-- long the queue is. The order is that of the index, and the limit a subquery, so that the planner expects to stop
-- early: it then reads the index alone, where it would otherwise fetch the rows to sort them.
-- Index: jobs_queue_idx, alone.
-- repeatable: yes
-- $1 clientId
-- $2 limit
-- not null: count
SELECT count(*)::int AS count
FROM (
  SELECT
  FROM jobs
  WHERE client_id = $1
    AND status IN ('PENDING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE')
  ORDER BY next_attempt_at, id
  LIMIT (SELECT $2::int)
) AS waiting;
