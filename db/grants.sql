-- What the application may do, table by table: exactly what its statements need. Applied by the
-- schema's owner after every `migrate up`; safe to repeat. Does nothing where the role docling_app
-- does not exist, as on a hosted database with a single user.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'docling_app') OR current_user = 'docling_app' THEN
    RETURN;
  END IF;

  REVOKE ALL ON ALL TABLES IN SCHEMA public FROM docling_app;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, docling_app;

  GRANT SELECT, INSERT, DELETE ON jobs TO docling_app;
  -- Not id, client, session, input or times: what a job is never changes, and its times are a trigger's.
  GRANT UPDATE (
    status, current_stage, progress_percent, file_name, file_size, file_mime, mcp_tool_name, retry_count,
    checkpoint_data, error_code, error_message, error_details, next_attempt_at, fencing_token
  ) ON jobs TO docling_app;
  GRANT SELECT, INSERT ON results TO docling_app;
  GRANT SELECT, INSERT, UPDATE ON job_leases TO docling_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO docling_app;
  GRANT SELECT ON clients TO docling_app;
  GRANT SELECT, UPDATE (last_used_at) ON api_keys TO docling_app;

  -- Read only: a trigger writes the audit trail, migrations the rules.
  GRANT SELECT ON job_events, job_status_transitions, schema_migrations TO docling_app;
END
$$;
