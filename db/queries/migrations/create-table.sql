-- Where the migrations that were run are kept; the first thing that a migration run makes.
DO $$
BEGIN
  IF to_regclass('schema_migrations') IS NULL THEN
    CREATE TABLE schema_migrations (
      name       varchar(255) PRIMARY KEY,
      checksum   varchar(64)  NOT NULL,
      applied_at timestamptz  NOT NULL DEFAULT clock_timestamp()
    );
    COMMENT ON TABLE schema_migrations IS 'The migrations that were run; kept by the migrator.';
    COMMENT ON COLUMN schema_migrations.name IS 'File name without its ending.';
    COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of the file as it was run, to notice when it is changed afterwards.';
    COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was run.';
    COMMENT ON INDEX schema_migrations_pkey IS 'Keeps a migration from being noted twice.';
  END IF;
END
$$;
