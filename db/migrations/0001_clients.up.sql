-- Who may call: clients, and the keys that they show.

CREATE TABLE clients (
  id         varchar(64)  PRIMARY KEY,
  name       varchar(255) NOT NULL,
  created_at timestamptz  NOT NULL DEFAULT now(),
  CONSTRAINT clients_id_not_empty CHECK (id <> '')
);

COMMENT ON TABLE clients IS 'Callers of the API; every job belongs to exactly one, and no client sees the jobs of another.';
COMMENT ON COLUMN clients.id IS 'Short stable name, such as "local"; what jobs refer to.';
COMMENT ON COLUMN clients.name IS 'Name for people.';
COMMENT ON COLUMN clients.created_at IS 'When the client was made.';
COMMENT ON INDEX clients_pkey IS 'Finds a client by its id; serves the foreign keys that point here.';

INSERT INTO clients (id, name) VALUES ('local', 'local');

CREATE TABLE api_keys (
  id           uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
  client_id    varchar(64)  NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  name         varchar(255) NOT NULL DEFAULT '',
  key_prefix   varchar(16)  NOT NULL,
  key_hash     bytea        NOT NULL,
  created_at   timestamptz  NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  CONSTRAINT api_keys_key_hash_is_sha256 CHECK (octet_length(key_hash) = 32)
);

CREATE UNIQUE INDEX api_keys_key_hash_idx ON api_keys (key_hash);
CREATE INDEX api_keys_client_idx ON api_keys (client_id);

COMMENT ON TABLE api_keys IS 'Keys by which clients are known; only a hash is stored, so a leaked table opens nothing.';
COMMENT ON COLUMN api_keys.id IS 'Name of the key for revoking and logging; no secret.';
COMMENT ON COLUMN api_keys.client_id IS 'The client that the key speaks for.';
COMMENT ON COLUMN api_keys.name IS 'What the key is for, in the words of whoever made it.';
COMMENT ON COLUMN api_keys.key_prefix IS 'First characters of the key, to recognise it in a list; no secret.';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the whole key: 32 bytes.';
COMMENT ON COLUMN api_keys.created_at IS 'When the key was made.';
COMMENT ON COLUMN api_keys.expires_at IS 'From when on the key is refused; null: never.';
COMMENT ON COLUMN api_keys.last_used_at IS 'When the key was last accepted, to within a minute.';
COMMENT ON COLUMN api_keys.revoked_at IS 'Since when the key is refused; null: not revoked.';
COMMENT ON INDEX api_keys_pkey IS 'Finds a key by its id, to revoke it.';
COMMENT ON INDEX api_keys_key_hash_idx IS 'Finds the key that a request shows; at most one key has a given hash.';
COMMENT ON INDEX api_keys_client_idx IS 'Lists the keys of a client; serves the foreign key.';
