-- Least-privilege roles. Run as superuser, connected to the service's database, before the first
-- migration; safe to repeat, and takes back what the roles should not have. Row rights stand in
-- grants.sql, which `migrate up` applies.
--
-- Passwords: none stands here. psql's \password sends only a hash, which the server's log may show; or
-- set `docling.<role>_password` in the session beforehand to such a hash (`SCRAM-SHA-256$…`), as the
-- embedded PostgreSQL does.

DO $$
DECLARE
  role_name text;
  other text;
  password text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['docling_migration', 'docling_app', 'monitoring_user'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I', role_name);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', role_name);
    FOR other IN
      SELECT roleid::regrole FROM pg_auth_members
      WHERE member = role_name::regrole AND (role_name, roleid::regrole::text) <> ('monitoring_user', 'pg_monitor')
    LOOP
      EXECUTE format('REVOKE %s FROM %I', other, role_name);
    END LOOP;
    password := current_setting(format('docling.%s_password', role_name), true);
    IF password <> '' THEN
      EXECUTE format('ALTER ROLE %I PASSWORD %L', role_name, password);
    END IF;
  END LOOP;
  EXECUTE format('ALTER DATABASE %I OWNER TO docling_migration', current_database());
  -- Not TEMPORARY: no statement of the service makes a temporary table, and one can hide a real table.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, docling_app, monitoring_user', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO docling_migration, docling_app, monitoring_user', current_database());
END
$$;

ALTER SCHEMA public OWNER TO docling_migration;
REVOKE ALL ON SCHEMA public FROM PUBLIC, docling_app, monitoring_user;
GRANT USAGE ON SCHEMA public TO docling_app;
GRANT pg_monitor TO monitoring_user;

-- Limits that hold through a pooler too, where a client cannot set its own. A migration may take its
-- time, but not wait for a lock while everyone else waits behind it.
ALTER ROLE docling_app SET statement_timeout = '30s';
ALTER ROLE docling_app SET lock_timeout = '10s';
ALTER ROLE docling_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE docling_migration SET lock_timeout = '30s';
ALTER ROLE docling_migration SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE monitoring_user SET statement_timeout = '10s';
ALTER ROLE monitoring_user SET lock_timeout = '2s';
ALTER ROLE monitoring_user SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE monitoring_user SET default_transaction_read_only = on;
ALTER ROLE monitoring_user CONNECTION LIMIT 5;

-- Whatever docling_migration makes is closed to everyone else. Tables and sequences are so anyway.
ALTER DEFAULT PRIVILEGES FOR ROLE docling_migration REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE docling_migration REVOKE USAGE ON TYPES FROM PUBLIC;
