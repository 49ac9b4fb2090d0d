-- The roles of backups. Run as superuser, connected to the service's database, after roles.sql; safe to repeat,
-- and takes back what the roles should not have.
--
-- docling_backup reads everything, the hashes of passwords among it (pg_read_all_data knows no exceptions), and by
-- itself changes nothing: that is all a dump takes. To prove that a
-- dump restores it has to make a database and to own what is in it, and for that it has to ask, by SET ROLE:
-- docling_restore makes the database, docling_migration owns it, docling_app tries the service's statements.
-- docling_restore inherits nothing, so that none of this holds unasked. Where backups are to be taken by a
-- host that is trusted with reading only, REVOKE docling_restore FROM docling_backup afterwards, and prove them
-- elsewhere.
--
-- No password stands here: psql's \password sends only a hash.

DO $$
DECLARE
  role_name text;
  other text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['docling_backup', 'docling_restore'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I', role_name);
    END IF;
    FOR other IN
      SELECT roleid::regrole FROM pg_auth_members
      WHERE member = role_name::regrole
        AND (role_name, roleid::regrole::text) NOT IN (
          ('docling_backup', 'pg_read_all_data'), ('docling_backup', 'docling_restore'),
          ('docling_restore', 'docling_migration'), ('docling_restore', 'docling_app'))
    LOOP
      EXECUTE format('REVOKE %s FROM %I', other, role_name);
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), role_name);
    EXECUTE format('REVOKE ALL ON SCHEMA public FROM %I', role_name);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', role_name);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM %I', role_name);
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM %I', role_name);
  END LOOP;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO docling_backup', current_database());
END
$$;

-- A parallel dump or restore takes a connection per job, and two beside them.
ALTER ROLE docling_backup LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 20;
ALTER ROLE docling_restore NOLOGIN NOINHERIT NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD NULL;

GRANT pg_read_all_data, docling_restore TO docling_backup;
GRANT docling_migration, docling_app TO docling_restore;
