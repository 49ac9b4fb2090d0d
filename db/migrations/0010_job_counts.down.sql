DROP TRIGGER jobs_count_nothing ON jobs;
DROP TRIGGER jobs_count_deletion ON jobs;
DROP FUNCTION jobs_count_nothing();
DROP FUNCTION jobs_count_deletion();

CREATE OR REPLACE FUNCTION jobs_record_creation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO job_events (job_id, seq, occurred_at, from_status, to_status, stage, percent)
  SELECT n.id, n.last_event_seq, clock_timestamp(), NULL, n.status, n.current_stage, n.progress_percent
  FROM new_jobs n;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_record_creation() IS 'Writes the first event of every new job.';

CREATE OR REPLACE FUNCTION jobs_record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO job_events (job_id, seq, occurred_at, from_status, to_status, stage, percent, detail)
  SELECT n.id, n.last_event_seq, n.updated_at, o.status, n.status, n.current_stage, n.progress_percent,
         CASE WHEN n.status <> o.status THEN NULLIF(jsonb_strip_nulls(jsonb_build_object(
           'errorCode', n.error_code,
           'errorMessage', n.error_message,
           'retryCount', NULLIF(n.retry_count, 0),
           'nextAttemptAt', CASE WHEN n.next_attempt_at <> o.next_attempt_at THEN n.next_attempt_at END
         )), '{}') END
  FROM new_jobs n JOIN old_jobs o ON o.id = n.id
  WHERE n.last_event_seq > o.last_event_seq;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_record_change() IS 'Writes one event for every job whose status, stage or percent changed.';

DROP FUNCTION jobs_recount();
DROP FUNCTION jobs_fold_counts();
DROP TABLE job_count_deltas;
