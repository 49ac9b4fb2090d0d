-- What makes a repeated POST safe.

CREATE TABLE idempotency_keys (
  client_id    varchar(64)  NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  key          varchar(255) NOT NULL,
  request_hash bytea        NOT NULL,
  job_id       uuid         REFERENCES jobs (id) ON DELETE CASCADE,
  created_at   timestamptz  NOT NULL DEFAULT now(),
  expires_at   timestamptz  NOT NULL,
  PRIMARY KEY (client_id, key),
  CONSTRAINT idempotency_keys_request_hash_is_sha256 CHECK (octet_length(request_hash) = 32)
);

CREATE INDEX idempotency_keys_job_idx ON idempotency_keys (job_id);

COMMENT ON TABLE idempotency_keys IS 'Keys that clients sent with a request, and the job that the request made.';
COMMENT ON COLUMN idempotency_keys.client_id IS 'The client that sent the key; each has its own.';
COMMENT ON COLUMN idempotency_keys.key IS 'The Idempotency-Key header.';
COMMENT ON COLUMN idempotency_keys.request_hash IS 'SHA-256 of the request, to tell a repetition from another request with the same key.';
COMMENT ON COLUMN idempotency_keys.job_id IS 'The job that the request made; null while the request is under way.';
COMMENT ON COLUMN idempotency_keys.created_at IS 'When the key was first seen.';
COMMENT ON COLUMN idempotency_keys.expires_at IS 'When the key may be forgotten.';
COMMENT ON INDEX idempotency_keys_pkey IS 'Finds a client''s key; lets only one of several equal requests through.';
COMMENT ON INDEX idempotency_keys_job_idx IS 'Serves the foreign key when a job is deleted.';
