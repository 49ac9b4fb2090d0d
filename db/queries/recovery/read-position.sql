-- The time by the server's clock, in full, and the segment that the next record of the WAL goes to.
-- repeatable: yes
-- not null: now, segment
SELECT clock_timestamp()::text AS now, pg_walfile_name(pg_current_wal_insert_lsn()) AS segment;
