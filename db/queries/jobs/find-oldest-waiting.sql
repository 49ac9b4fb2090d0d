-- For how long, beyond its due time, the job that has waited longest has been due; 0: none is due. One look into the
-- index for each client, however long their queues are.
-- Index: jobs_queue_idx, alone; clients is read whole.
-- repeatable: yes
-- not null: seconds
SELECT COALESCE(extract(EPOCH FROM now() - min(first.next_attempt_at)), 0)::float8 AS seconds
FROM clients
CROSS JOIN LATERAL (
  SELECT next_attempt_at
  FROM jobs
  WHERE client_id = clients.id
    AND status IN ('PENDING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE')
    AND next_attempt_at <= now()
  ORDER BY next_attempt_at, id
  LIMIT 1
) AS first;
