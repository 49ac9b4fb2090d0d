-- Whether the server has a database of this name.
-- $1 name
-- not null: exists
SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists;
