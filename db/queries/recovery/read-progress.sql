-- Whether the server still replays, and how far it came. The time is that of the last commit or rollback that was
-- replayed; null: none was since the server started.
-- repeatable: yes
-- not null: inRecovery, dataChecksums
SELECT
  pg_is_in_recovery() AS "inRecovery",
  pg_last_xact_replay_timestamp() AS "replayedUntil",
  current_setting('data_checksums') = 'on' AS "dataChecksums";
