-- How archiving goes. `failing`: the last try did not succeed. `waiting`: finished segments that are not archived
-- yet. Its own statistics say nothing on an idle database, so the waiting ones are counted.
-- Needs EXECUTE on pg_ls_archive_statusdir, as pg_monitor and docling_pgbackrest have it.
-- repeatable: yes
-- not null: enabled, failing, waiting
SELECT
  current_setting('archive_mode') <> 'off' AS enabled,
  COALESCE(a.last_failed_time > COALESCE(a.last_archived_time, '-infinity'), false) AS failing,
  a.last_archived_wal AS "lastArchived",
  a.last_failed_wal AS "lastFailed",
  a.last_failed_time AS "lastFailedAt",
  (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')::int AS waiting,
  (SELECT min(modification) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready') AS "waitingSince"
FROM pg_stat_archiver a;
