-- Least-privilege roles. Run as superuser, connected to the service's database, before the first
-- migration; safe to repeat. Row rights stand in grants.sql, which `migrate up` applies.
--
-- Passwords: set `docling.<role>_password` in the session beforehand, or use psql's \password
-- afterwards; none stands here.

DO $$
DECLARE
  role_name text;
  password text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['docling_migration', 'docling_app', 'monitoring_user'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I', role_name);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', role_name);
    password := current_setting(format('docling.%s_password', role_name), true);
    IF password <> '' THEN
      EXECUTE format('ALTER ROLE %I PASSWORD %L', role_name, password);
    END IF;
  END LOOP;
  EXECUTE format('ALTER DATABASE %I OWNER TO docling_migration', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO docling_migration, docling_app, monitoring_user', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO docling_migration;
GRANT USAGE ON SCHEMA public TO docling_app;
GRANT pg_monitor TO monitoring_user;

-- Limits that hold through a pooler too, where a client cannot set its own.
ALTER ROLE docling_app SET statement_timeout = '30s';
ALTER ROLE docling_app SET lock_timeout = '10s';
ALTER ROLE docling_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE docling_migration SET lock_timeout = '30s';
ALTER ROLE monitoring_user SET statement_timeout = '10s';
ALTER ROLE monitoring_user CONNECTION LIMIT 5;

-- Whatever docling_migration makes is closed to PUBLIC, functions too.
ALTER DEFAULT PRIVILEGES FOR ROLE docling_migration REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
