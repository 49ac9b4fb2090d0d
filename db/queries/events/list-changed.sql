-- Which of the watched jobs have more events than were seen, or are gone: then status and lastEventSeq
-- are null. Asked once for all watchers of a process, however many there are.
-- Index: jobs_pkey.
-- repeatable: yes
-- $1 jobIds
-- $2 seenSeqs
-- not null: jobId
-- nullable: status, lastEventSeq
SELECT w.job_id AS "jobId", j.status, j.last_event_seq AS "lastEventSeq"
FROM unnest($1::uuid[], $2::int[]) AS w (job_id, seen_seq)
LEFT JOIN jobs j ON j.id = w.job_id
WHERE j.id IS NULL OR j.last_event_seq > w.seen_seq;
