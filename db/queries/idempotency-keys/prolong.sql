-- A sign of life of a request under way: prolongs its claim on the key.
-- Index: idempotency_keys_pkey.
-- repeatable: yes
-- $1 clientId
-- $2 key
-- $3 claimId
-- $4 claimMs
UPDATE idempotency_keys
SET expires_at = now() + $4::int * interval '1 millisecond'
WHERE client_id = $1 AND key = $2 AND claim_id = $3 AND job_id IS NULL;
