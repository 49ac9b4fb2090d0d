-- Lets other sessions see what this transaction sees, as long as it lasts. To be its first statement: everything
-- that was committed by `takenAt` is in it.
-- not null: snapshot, takenAt, position
SELECT pg_export_snapshot() AS snapshot,
       now() AS "takenAt",
       (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS position;
