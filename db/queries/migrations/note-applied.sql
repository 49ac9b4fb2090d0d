-- Notes a migration as run, in its own transaction.
-- $1 name
-- $2 checksum
INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2);
