-- Which server this is, and how large the database that asks.
-- repeatable: yes
-- not null: version, major, systemIdentifier, bytes, time
SELECT current_setting('server_version') AS version,
       current_setting('server_version_num')::int / 10000 AS major,
       (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
       pg_database_size(current_database()) AS bytes,
       now() AS time;
