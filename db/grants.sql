-- What the application may do, table by table: exactly what its statements need. Applied by the
-- schema's owner after every `migrate up`; safe to repeat, and takes back all that is not named here.
-- A new table is closed until a line opens it, and the test of all rights fails until it is listed
-- there too. Does nothing where the role docling_app does not exist, as on a hosted database with a
-- single user.

DO $$
DECLARE
  everyone text;
  type_name text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'docling_app') OR current_user = 'docling_app' THEN
    RETURN;
  END IF;

  SELECT string_agg(name, ', ') INTO everyone
  FROM (SELECT 'PUBLIC' AS name
        UNION ALL SELECT rolname FROM pg_roles WHERE rolname IN ('docling_app', 'monitoring_user')) AS roles;
  EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ' || everyone;
  EXECUTE 'REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ' || everyone;
  EXECUTE 'REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM ' || everyone;
  -- The row types of tables have no rights of their own.
  FOR type_name IN
    SELECT oid::regtype FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
  LOOP
    EXECUTE format('REVOKE ALL ON TYPE %s FROM %s', type_name, everyone);
  END LOOP;

  GRANT SELECT, INSERT, DELETE ON jobs TO docling_app;
  -- Not id, client, session, input or times: what a job is never changes, and its times are a trigger's.
  GRANT UPDATE (
    status, current_stage, progress_percent, file_name, file_size, file_mime, mcp_tool_name, retry_count,
    checkpoint_data, error_code, error_message, error_details, next_attempt_at, fencing_token
  ) ON jobs TO docling_app;
  GRANT SELECT, INSERT ON results TO docling_app;
  GRANT SELECT, INSERT, UPDATE (worker_id, fencing_token, expires_at) ON job_leases TO docling_app;
  GRANT SELECT, INSERT, DELETE, UPDATE (claim_id, request_hash, job_id, created_at, expires_at) ON idempotency_keys
  TO docling_app;
  GRANT SELECT ON clients TO docling_app;
  GRANT SELECT, UPDATE (last_used_at) ON api_keys TO docling_app;

  -- Read only: triggers write the audit trail and the counts, migrations the rules.
  GRANT SELECT ON job_count_deltas, job_events, job_status_transitions, schema_migrations TO docling_app;
  -- Runs with its owner's rights, and changes no sum.
  GRANT EXECUTE ON FUNCTION jobs_fold_counts() TO docling_app;
END
$$;
