-- The role of pgBackRest. Run as superuser, connected to the service's database, after roles.sql; safe to repeat,
-- and takes back what the role should not have. It reads no table: pgBackRest copies files, and asks the server
-- only to begin and end a backup, to finish a segment and to mark a place in the WAL.
--
-- It has no password: deploy/pgbackrest/pg_hba.conf lets the host's account postgres in as it, and nobody else.

DO $$
DECLARE
  other text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'docling_pgbackrest') THEN
    CREATE ROLE docling_pgbackrest;
  END IF;
  ALTER ROLE docling_pgbackrest LOGIN PASSWORD NULL
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5;
  FOR other IN
    SELECT roleid::regrole FROM pg_auth_members
    WHERE member = 'docling_pgbackrest'::regrole AND roleid <> 'pg_read_all_settings'::regrole
  LOOP
    EXECUTE format('REVOKE %s FROM docling_pgbackrest', other);
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM docling_pgbackrest', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO docling_pgbackrest', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM docling_pgbackrest;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM docling_pgbackrest;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM docling_pgbackrest;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM docling_pgbackrest;

-- Where the data are, which pgBackRest compares with its own settings.
GRANT pg_read_all_settings TO docling_pgbackrest;
GRANT EXECUTE ON FUNCTION
  pg_catalog.pg_backup_start(text, boolean),
  pg_catalog.pg_backup_stop(boolean),
  pg_catalog.pg_switch_wal(),
  pg_catalog.pg_create_restore_point(text),
  -- Segments that wait to be archived; pg_monitor's otherwise, with much more.
  pg_catalog.pg_ls_archive_statusdir()
TO docling_pgbackrest;

ALTER ROLE docling_pgbackrest SET lock_timeout = '10s';
ALTER ROLE docling_pgbackrest SET idle_in_transaction_session_timeout = '60s';
