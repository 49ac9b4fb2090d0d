-- Claims a client's key for a request that is to make a job: a new key, or one that has expired. Else
-- answers what the key stands for: the request that it made a job of, or nulls while that is under way.
-- No row: another claimed it in the same moment.
-- Index: idempotency_keys_pkey.
-- repeatable: yes, by the claim's id
-- $1 clientId
-- $2 key
-- $3 claimId
-- $4 claimMs      how long the claim holds without a sign of life
-- not null: claimed
-- nullable: jobId, requestHash
WITH claimed AS (
  INSERT INTO idempotency_keys AS known (client_id, key, claim_id, expires_at)
  VALUES ($1, $2, $3, now() + $4::int * interval '1 millisecond')
  ON CONFLICT (client_id, key) DO UPDATE
  SET
    claim_id = EXCLUDED.claim_id,
    request_hash = NULL,
    job_id = NULL,
    created_at = now(),
    expires_at = EXCLUDED.expires_at
  WHERE known.expires_at <= now() OR known.claim_id = EXCLUDED.claim_id
  RETURNING known.job_id, known.request_hash
)
SELECT true AS claimed, job_id AS "jobId", request_hash AS "requestHash" FROM claimed
UNION ALL
SELECT false, job_id, request_hash
FROM idempotency_keys
WHERE client_id = $1 AND key = $2 AND NOT EXISTS (SELECT FROM claimed);
