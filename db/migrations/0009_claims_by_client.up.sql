-- Claims take turns between clients, so that one with a long queue does not keep the others waiting:
-- docs/decisions/0007-fair-claims.md has the reasons.
-- Locks: building the index keeps writes to jobs waiting for as long as it takes, seconds per million waiting jobs.

CREATE INDEX jobs_queue_idx ON jobs (client_id, next_attempt_at, id)
  WHERE status IN ('PENDING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE');

COMMENT ON INDEX jobs_queue_idx IS 'Finds the waiting jobs of a client that are due, longest waiting first; holds nothing else, so it stays as small as the queue.';

DROP INDEX jobs_claim_idx;
