-- Notes a migration as undone, in its own transaction.
-- $1 name
DELETE FROM schema_migrations WHERE name = $1;
