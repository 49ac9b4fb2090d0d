-- Gives a key back that a failed request had claimed: it may be used again, as if for the first time.
-- Index: idempotency_keys_pkey.
-- repeatable: yes
-- $1 clientId
-- $2 key
-- $3 claimId
DELETE FROM idempotency_keys
WHERE client_id = $1 AND key = $2 AND claim_id = $3 AND job_id IS NULL;
