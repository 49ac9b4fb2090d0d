-- Makes a key for a client, and the client when it is new. For operators, as the schema's owner.
-- Index: clients_pkey, api_keys_key_hash_idx.
-- $1 clientId
-- $2 name        what the key is for
-- $3 keyPrefix
-- $4 keyHash
-- $5 days?       until the key expires; null: never
WITH client AS (
  INSERT INTO clients (id, name) VALUES ($1, $1)
  ON CONFLICT (id) DO UPDATE SET name = clients.name
  RETURNING id
)
INSERT INTO api_keys (client_id, name, key_prefix, key_hash, expires_at)
SELECT client.id, $2, $3, $4, now() + $5::int * interval '1 day' FROM client
RETURNING id, expires_at AS "expiresAt";
