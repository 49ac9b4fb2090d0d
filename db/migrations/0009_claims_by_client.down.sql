-- loses: nothing
CREATE INDEX jobs_claim_idx ON jobs (next_attempt_at, id)
  WHERE status IN ('PENDING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE');

COMMENT ON INDEX jobs_claim_idx IS 'Finds the waiting jobs that are due, longest waiting first; holds nothing else, so it stays as small as the queue.';

DROP INDEX jobs_queue_idx;
