-- The statement that removes a database, and whose it is; no row when there is none of that name.
-- $1 name
-- not null: statement, owner
SELECT format('DROP DATABASE %I', datname) AS statement, pg_get_userbyid(datdba) AS owner
FROM pg_database
WHERE datname = $1;
