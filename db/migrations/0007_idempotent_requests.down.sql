-- loses: idempotency_keys.claim_id
-- loses: idempotency_keys (rows where request_hash IS NULL)
DROP INDEX jobs_input_path_idx;
DROP INDEX idempotency_keys_expiry_idx;
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_job_has_request;
ALTER TABLE idempotency_keys DROP COLUMN claim_id;
DELETE FROM idempotency_keys WHERE request_hash IS NULL;
ALTER TABLE idempotency_keys ALTER COLUMN request_hash SET NOT NULL;
COMMENT ON COLUMN idempotency_keys.request_hash IS 'SHA-256 of the request, to tell a repetition from another request with the same key.';
COMMENT ON COLUMN idempotency_keys.expires_at IS 'When the key may be forgotten.';
