-- What monitoring_user needs beyond pg_monitor. Run as superuser, connected to the service's database,
-- after roles.sql; safe to repeat. The server's own list of statements needs, beside this,
-- `shared_preload_libraries = 'pg_stat_statements'` and a restart.
--
-- A schema of its own: nobody but docling_app and the owner may use `public`, and texts of statements are
-- for nobody but the monitor.

SET client_min_messages = warning; -- not that it is there already

CREATE SCHEMA IF NOT EXISTS monitoring;
REVOKE ALL ON SCHEMA monitoring FROM PUBLIC, docling_app;
GRANT USAGE ON SCHEMA monitoring TO monitoring_user;

CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA monitoring;
ALTER EXTENSION pg_stat_statements SET SCHEMA monitoring;

-- Rules of pg_hba.conf, with the errors in it: a broken file is only noticed at the next restart otherwise.
GRANT SELECT ON pg_hba_file_rules TO monitoring_user;
GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO monitoring_user;
