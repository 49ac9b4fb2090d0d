-- The locks on tables, indexes and sequences that this transaction holds: all that it has taken, since none is given back
-- before its end.
-- not null: relation, mode
SELECT relation::bigint AS relation, mode
FROM pg_locks
WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND relation >= 16384; -- below: PostgreSQL's own
