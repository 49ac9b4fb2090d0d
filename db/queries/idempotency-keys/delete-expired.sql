-- Forgets up to `limit` keys whose time is up. Several processes may do so at once. By the rows'
-- places, which the lock keeps from changing: whatever the statistics say, only these rows are read.
-- Index: idempotency_keys_expiry_idx.
-- repeatable: yes
-- $1 limit
DELETE FROM idempotency_keys
WHERE ctid = ANY (ARRAY(
  SELECT ctid
  FROM idempotency_keys
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT $1::int
  FOR UPDATE SKIP LOCKED
))
RETURNING key;
