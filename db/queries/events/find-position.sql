-- Where the events of a client's job stand: the newest, and the one that brought the present status.
-- No row: the job is not there, or is another client's.
-- Index: jobs_pkey, job_events_pkey.
-- repeatable: yes
-- $1 jobId
-- $2 clientId
SELECT
  j.status,
  j.last_event_seq AS "lastEventSeq",
  (
    SELECT e.seq
    FROM job_events e
    WHERE e.job_id = j.id AND e.from_status IS DISTINCT FROM e.to_status
    ORDER BY e.seq DESC
    LIMIT 1
  ) AS "statusSeq"
FROM jobs j
WHERE j.id = $1 AND j.client_id = $2;
