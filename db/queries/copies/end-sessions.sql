-- Ends the sessions in a database, those of other roles only where this session's user is a superuser, and waits
-- up to 10 s for each. Answers how many ended.
-- $1 name
-- not null: ended
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000)) AS ended
FROM pg_stat_activity
WHERE datname = $1 AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND (usename = session_user OR (SELECT rolsuper FROM pg_roles WHERE rolname = session_user));
