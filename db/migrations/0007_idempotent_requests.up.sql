-- What requests with an idempotency key need, and what the sweeps of leftovers look things up by.
-- Locks: building the index keeps writes to jobs waiting for as long as it takes, seconds per million jobs.

ALTER TABLE idempotency_keys ALTER COLUMN request_hash DROP NOT NULL;
ALTER TABLE idempotency_keys ADD COLUMN claim_id uuid;
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_job_has_request
  CHECK ((job_id IS NULL) = (request_hash IS NULL));

CREATE INDEX idempotency_keys_expiry_idx ON idempotency_keys (expires_at);

COMMENT ON COLUMN idempotency_keys.request_hash IS 'SHA-256 of the request, to tell a repetition from another request with the same key; null while the request is under way.';
COMMENT ON COLUMN idempotency_keys.claim_id IS 'Names the request that claimed the key last: only that one may make the job. Null: none may.';
COMMENT ON COLUMN idempotency_keys.expires_at IS 'Of a request under way: until when the key is its own without a sign of life; of a finished one: until when it is answered with the same job.';
COMMENT ON INDEX idempotency_keys_expiry_idx IS 'Finds the keys that may be forgotten, a batch at a time.';

CREATE INDEX jobs_input_path_idx ON jobs (input_path) WHERE input_path IS NOT NULL;

COMMENT ON INDEX jobs_input_path_idx IS 'Tells which stored inputs no job refers to, so that they can be removed.';
