-- Answers when the database does; and whether it takes writes.
-- repeatable: yes
-- not null: inRecovery
SELECT pg_is_in_recovery() AS "inRecovery";
