-- Makes a job and notes it under the key that its request claimed; both or neither. Makes the key's
-- row anew when it was forgotten meanwhile. No row: another request has taken the key over.
-- The key holds for 24 hours from here on.
-- Index: idempotency_keys_pkey, jobs_pkey.
-- repeatable: yes, by the ids of claim and job
-- $1 id
-- $2 clientId
-- $3 sessionId
-- $4 inputType
-- $5 inputPath?
-- $6 inputUrl?
-- $7 fileName?
-- $8 fileSize?
-- $9 fileMime?
-- $10 timeoutMs?
-- $11 maxRetries
-- $12 key
-- $13 claimId
-- $14 requestHash
-- not null: createdAt
WITH noted AS (
  INSERT INTO idempotency_keys AS known (client_id, key, claim_id, request_hash, job_id, expires_at)
  VALUES ($2, $12, $13, $14, $1, now() + interval '24 hours')
  ON CONFLICT (client_id, key) DO UPDATE
  SET request_hash = EXCLUDED.request_hash, job_id = EXCLUDED.job_id, expires_at = EXCLUDED.expires_at
  WHERE known.claim_id = EXCLUDED.claim_id
  RETURNING known.job_id
),
inserted AS (
  INSERT INTO jobs (
    id, client_id, session_id, input_type, input_path, input_url, file_name, file_size, file_mime, timeout_ms,
    max_retries
  )
  SELECT noted.job_id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM noted
  ON CONFLICT (id) DO NOTHING
  RETURNING created_at
)
SELECT created_at AS "createdAt" FROM inserted
UNION ALL
SELECT created_at FROM jobs WHERE id = $1 AND client_id = $2
LIMIT 1;
