-- Tables and sequences by their object ids, which stay known to a transaction that drops them.
-- repeatable: yes
-- not null: oid, name
SELECT c.oid::bigint AS oid, format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'S') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema';
