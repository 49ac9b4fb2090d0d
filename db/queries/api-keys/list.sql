-- Lists all keys, of one client or of all, the newest first. For operators; a handful of rows.
-- Index: none; the table is small.
-- $1 clientId?
-- not null: expired
SELECT
  id,
  client_id AS "clientId",
  name,
  key_prefix AS "keyPrefix",
  created_at AS "createdAt",
  expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt",
  revoked_at AS "revokedAt",
  COALESCE(expires_at <= now(), false) AS expired
FROM api_keys
WHERE $1::varchar IS NULL OR client_id = $1
ORDER BY created_at DESC, id;
