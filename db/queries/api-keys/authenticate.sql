-- Finds the client that a key speaks for, and notes, once a minute, that the key is in use. No row: there is no such
-- key, or it has expired or was revoked. A key that many requests show at once is noted by one of them; the others
-- pass it by and do not wait.
-- Index: api_keys_key_hash_idx, api_keys_pkey.
-- repeatable: yes
-- $1 keyHash
WITH known AS MATERIALIZED (
  SELECT id, client_id
  FROM api_keys
  WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
),
unnoted AS MATERIALIZED (
  SELECT k.id
  FROM api_keys k JOIN known ON known.id = k.id
  WHERE k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute'
  FOR UPDATE OF k SKIP LOCKED
),
noted AS (
  UPDATE api_keys k SET last_used_at = now() FROM unnoted WHERE k.id = unnoted.id
)
SELECT id, client_id AS "clientId" FROM known;
