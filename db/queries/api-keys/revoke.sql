-- Refuses a key from now on; when it was revoked before, since then. No row: there is no such key. For operators.
-- Index: api_keys_pkey.
-- repeatable: yes
-- $1 id
UPDATE api_keys
SET revoked_at = COALESCE(revoked_at, now())
WHERE id = $1
RETURNING id, client_id AS "clientId", name, key_prefix AS "keyPrefix", revoked_at AS "revokedAt";
