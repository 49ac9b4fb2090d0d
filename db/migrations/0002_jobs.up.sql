-- Jobs, the state machine that rules them, and the audit trail that it leaves.

CREATE TYPE job_status AS ENUM (
  'PENDING',
  'UPLOADING',
  'PROCESSING',
  'COMPLETE',
  'PARTIAL_COMPLETE',
  'FAILED',
  'CANCELLED',
  'RETRY_PENDING',
  'RETRY_UPLOAD',
  'RETRY_PROCESSING',
  'RETRY_EXPORT',
  'RETRY_SAVE',
  'RETRY_FAILED'
);

COMMENT ON TYPE job_status IS 'The 13 states of a job; job_status_transitions says which may follow which, and those with none to follow are terminal.';

CREATE TABLE job_status_transitions (
  from_status job_status NOT NULL,
  to_status   job_status NOT NULL,
  PRIMARY KEY (from_status, to_status),
  CONSTRAINT job_status_transitions_leads_elsewhere CHECK (from_status <> to_status)
);

COMMENT ON TABLE job_status_transitions IS 'The changes of status that are allowed, and no others; the trigger jobs_guard_update holds every update of jobs against it.';
COMMENT ON COLUMN job_status_transitions.from_status IS 'The status that is left.';
COMMENT ON COLUMN job_status_transitions.to_status IS 'The status that is entered.';
COMMENT ON INDEX job_status_transitions_pkey IS 'Answers whether a transition is allowed.';

INSERT INTO job_status_transitions (from_status, to_status) VALUES
  ('PENDING', 'UPLOADING'),
  ('PENDING', 'CANCELLED'),
  ('PENDING', 'FAILED'),
  ('UPLOADING', 'PROCESSING'),
  ('UPLOADING', 'RETRY_UPLOAD'),
  ('UPLOADING', 'RETRY_PENDING'),
  ('UPLOADING', 'RETRY_FAILED'),
  ('UPLOADING', 'FAILED'),
  ('UPLOADING', 'CANCELLED'),
  ('PROCESSING', 'COMPLETE'),
  ('PROCESSING', 'PARTIAL_COMPLETE'),
  ('PROCESSING', 'RETRY_PROCESSING'),
  ('PROCESSING', 'RETRY_EXPORT'),
  ('PROCESSING', 'RETRY_SAVE'),
  ('PROCESSING', 'RETRY_PENDING'),
  ('PROCESSING', 'RETRY_FAILED'),
  ('PROCESSING', 'FAILED'),
  ('PROCESSING', 'CANCELLED'),
  ('RETRY_PENDING', 'UPLOADING'),
  ('RETRY_PENDING', 'PROCESSING'),
  ('RETRY_PENDING', 'RETRY_FAILED'),
  ('RETRY_PENDING', 'FAILED'),
  ('RETRY_PENDING', 'CANCELLED'),
  ('RETRY_UPLOAD', 'UPLOADING'),
  ('RETRY_UPLOAD', 'RETRY_FAILED'),
  ('RETRY_UPLOAD', 'FAILED'),
  ('RETRY_UPLOAD', 'CANCELLED'),
  ('RETRY_PROCESSING', 'PROCESSING'),
  ('RETRY_PROCESSING', 'RETRY_FAILED'),
  ('RETRY_PROCESSING', 'FAILED'),
  ('RETRY_PROCESSING', 'CANCELLED'),
  ('RETRY_EXPORT', 'PROCESSING'),
  ('RETRY_EXPORT', 'RETRY_FAILED'),
  ('RETRY_EXPORT', 'FAILED'),
  ('RETRY_EXPORT', 'CANCELLED'),
  ('RETRY_SAVE', 'PROCESSING'),
  ('RETRY_SAVE', 'RETRY_FAILED'),
  ('RETRY_SAVE', 'FAILED'),
  ('RETRY_SAVE', 'CANCELLED');

CREATE TABLE jobs (
  id               uuid          PRIMARY KEY,
  client_id        varchar(64)   NOT NULL REFERENCES clients (id),
  session_id       varchar(255)  NOT NULL,
  status           job_status    NOT NULL DEFAULT 'PENDING',
  current_stage    varchar(50),
  progress_percent int           NOT NULL DEFAULT 0,
  input_type       varchar(10)   NOT NULL,
  input_path       varchar(500),
  input_url        varchar(2048),
  file_name        varchar(255),
  file_size        bigint,
  file_mime        varchar(100),
  mcp_tool_name    varchar(50),
  timeout_ms       int,
  retry_count      int           NOT NULL DEFAULT 0,
  max_retries      int           NOT NULL DEFAULT 3,
  checkpoint_data  jsonb,
  error_code       varchar(10),
  error_message    varchar(500),
  error_details    jsonb,
  created_at       timestamptz   NOT NULL DEFAULT now(),
  updated_at       timestamptz   NOT NULL DEFAULT now(),
  started_at       timestamptz,
  completed_at     timestamptz,
  next_attempt_at  timestamptz   NOT NULL DEFAULT now(),
  fencing_token    bigint        NOT NULL DEFAULT 0,
  last_event_seq   int           NOT NULL DEFAULT 1,
  CONSTRAINT jobs_session_id_not_empty CHECK (session_id <> ''),
  CONSTRAINT jobs_progress_percent_in_range CHECK (progress_percent BETWEEN 0 AND 100),
  CONSTRAINT jobs_input_type_known CHECK (input_type IN ('FILE', 'URL')),
  CONSTRAINT jobs_file_size_not_negative CHECK (file_size >= 0),
  CONSTRAINT jobs_timeout_ms_positive CHECK (timeout_ms > 0),
  CONSTRAINT jobs_retry_count_not_negative CHECK (retry_count >= 0),
  CONSTRAINT jobs_max_retries_not_negative CHECK (max_retries >= 0),
  CONSTRAINT jobs_fencing_token_not_negative CHECK (fencing_token >= 0),
  CONSTRAINT jobs_last_event_seq_positive CHECK (last_event_seq > 0)
) WITH (
  -- Room on the page for updates of progress, so that they stay HOT.
  fillfactor = 80,
  -- A queue makes dead rows all day: clean up after a few thousand, not after a fifth of the table.
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.02,
  autovacuum_analyze_threshold = 1000
);

CREATE INDEX jobs_history_idx ON jobs (client_id, session_id, created_at DESC, id DESC);
CREATE INDEX jobs_status_idx ON jobs (status, client_id, created_at DESC, id DESC);
CREATE INDEX jobs_created_idx ON jobs (client_id, created_at DESC, id DESC);
CREATE INDEX jobs_claim_idx ON jobs (next_attempt_at, id)
  WHERE status IN ('PENDING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT', 'RETRY_SAVE');

COMMENT ON TABLE jobs IS 'One document to be processed per row, from its arrival to its terminal status; the queue that workers claim from.';
COMMENT ON COLUMN jobs.id IS 'UUIDv7, made by the service: later jobs have greater ids.';
COMMENT ON COLUMN jobs.client_id IS 'The client that the job belongs to.';
COMMENT ON COLUMN jobs.session_id IS 'The caller''s own grouping key; history is read per session.';
COMMENT ON COLUMN jobs.status IS 'Where the job stands; changes only along job_status_transitions.';
COMMENT ON COLUMN jobs.current_stage IS 'The stage of a running job: upload, parsing, conversion, export or saving; of a finished or waiting one, where it was last.';
COMMENT ON COLUMN jobs.progress_percent IS 'How far the job is, 0 to 100.';
COMMENT ON COLUMN jobs.input_type IS 'FILE for a stored or named file, URL for an address to fetch.';
COMMENT ON COLUMN jobs.input_path IS 'A relative path is an upload in the service''s own storage and goes with the job; an absolute one is the caller''s file and is only read.';
COMMENT ON COLUMN jobs.input_url IS 'The address to fetch, for input type URL.';
COMMENT ON COLUMN jobs.file_name IS 'The document''s name as the caller gave it; never used as a path.';
COMMENT ON COLUMN jobs.file_size IS 'Size of the input in bytes, once known.';
COMMENT ON COLUMN jobs.file_mime IS 'Media type of the input by its content, once known.';
COMMENT ON COLUMN jobs.mcp_tool_name IS 'The converter''s tool that made the document.';
COMMENT ON COLUMN jobs.timeout_ms IS 'Time limit for processing in milliseconds, as the caller asked; null: by size.';
COMMENT ON COLUMN jobs.retry_count IS 'Retries so far; counted in the statement that enters a retry state.';
COMMENT ON COLUMN jobs.max_retries IS 'How many retries there may be; the next failure makes the job RETRY_FAILED.';
COMMENT ON COLUMN jobs.checkpoint_data IS 'What a later attempt needs so as not to repeat finished stages; null when there is nothing, and at the end.';
COMMENT ON COLUMN jobs.error_code IS 'Code of the last failure, as in docs/errors.md.';
COMMENT ON COLUMN jobs.error_message IS 'The last failure in words that a client may see.';
COMMENT ON COLUMN jobs.error_details IS 'More on the last failure, such as the reason for each missing export.';
COMMENT ON COLUMN jobs.created_at IS 'When the job was accepted.';
COMMENT ON COLUMN jobs.updated_at IS 'When the row last changed; set by a trigger.';
COMMENT ON COLUMN jobs.started_at IS 'When the job first became PROCESSING; set by a trigger.';
COMMENT ON COLUMN jobs.completed_at IS 'When the job became terminal; set by a trigger.';
COMMENT ON COLUMN jobs.next_attempt_at IS 'From when on a waiting job may be claimed.';
COMMENT ON COLUMN jobs.fencing_token IS 'Grows with every claim; a write that carries an older one changes nothing.';
COMMENT ON COLUMN jobs.last_event_seq IS 'Sequence number of the newest row in job_events; set by a trigger.';

COMMENT ON INDEX jobs_pkey IS 'Finds a job by its id; serves the foreign keys that point here.';
COMMENT ON INDEX jobs_history_idx IS 'Reads the history of a session newest first, by page and by cursor, and counts it.';
COMMENT ON INDEX jobs_status_idx IS 'Lists jobs of one status, of one client newest first, and serves operators'' counts.';
COMMENT ON INDEX jobs_created_idx IS 'Lists the jobs of a client over all sessions, newest first; serves the foreign key.';
COMMENT ON INDEX jobs_claim_idx IS 'Finds the waiting jobs that are due, longest waiting first; holds nothing else, so it stays as small as the queue.';

CREATE TABLE job_events (
  job_id      uuid        NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  seq         int         NOT NULL,
  occurred_at timestamptz NOT NULL,
  from_status job_status,
  to_status   job_status  NOT NULL,
  stage       varchar(50),
  percent     int         NOT NULL,
  detail      jsonb,
  PRIMARY KEY (job_id, seq)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

COMMENT ON TABLE job_events IS 'The audit trail: one row for each change of a job''s status, stage or percent, written by a trigger in the same transaction; event streams replay from it.';
COMMENT ON COLUMN job_events.job_id IS 'The job that changed.';
COMMENT ON COLUMN job_events.seq IS 'Counts the events of a job from 1 without gaps; the id of a server-sent event.';
COMMENT ON COLUMN job_events.occurred_at IS 'When it changed, by the database''s clock.';
COMMENT ON COLUMN job_events.from_status IS 'The status before; null for the event that made the job.';
COMMENT ON COLUMN job_events.to_status IS 'The status after; equal to the one before when only stage or percent changed.';
COMMENT ON COLUMN job_events.stage IS 'The stage after the change.';
COMMENT ON COLUMN job_events.percent IS 'The percent after the change.';
COMMENT ON COLUMN job_events.detail IS 'Error code and message, retry count and when the next attempt is due, where they apply.';
COMMENT ON INDEX job_events_pkey IS 'Reads the events of a job in order, from any of them on; serves the foreign key.';

-- A row trigger, so that what it sets is part of the row and the transition is checked before
-- anything is written. The search path is pinned: a temporary table named like ours must not stand
-- in for it.
CREATE FUNCTION jobs_guard_update() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  IF NEW.id <> OLD.id THEN
    RAISE EXCEPTION 'the id of job % cannot change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.last_event_seq := OLD.last_event_seq;
  IF NEW.status <> OLD.status THEN
    IF NOT EXISTS (
      SELECT FROM job_status_transitions t WHERE t.from_status = OLD.status AND t.to_status = NEW.status
    ) THEN
      RAISE EXCEPTION 'job % cannot go from % to %', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'DJ701', HINT = 'The allowed transitions are in the table job_status_transitions.';
    END IF;
    IF NEW.status = 'PROCESSING' THEN
      NEW.started_at := COALESCE(NEW.started_at, moment);
    ELSIF NEW.status IN ('COMPLETE', 'PARTIAL_COMPLETE', 'FAILED', 'CANCELLED', 'RETRY_FAILED') THEN
      NEW.completed_at := moment;
    END IF;
  END IF;
  IF (NEW.status, NEW.current_stage, NEW.progress_percent)
     IS DISTINCT FROM (OLD.status, OLD.current_stage, OLD.progress_percent) THEN
    NEW.last_event_seq := OLD.last_event_seq + 1;
  END IF;
  NEW.updated_at := moment;
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION jobs_guard_update() IS 'Refuses a change of status that job_status_transitions does not allow (SQLSTATE DJ701), and sets started_at, completed_at, updated_at and last_event_seq.';

CREATE TRIGGER jobs_guard_update BEFORE UPDATE ON jobs
  FOR EACH ROW EXECUTE FUNCTION jobs_guard_update();

COMMENT ON TRIGGER jobs_guard_update ON jobs IS 'Holds every update against the allowed transitions, whoever makes it.';

-- Statement triggers, so that a batch of a thousand jobs writes its events with one INSERT. As
-- SECURITY DEFINER, so that the application's role needs no right to write the audit trail itself.
CREATE FUNCTION jobs_record_creation() RETURNS trigger
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

CREATE TRIGGER jobs_record_creation AFTER INSERT ON jobs
  REFERENCING NEW TABLE AS new_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION jobs_record_creation();

COMMENT ON TRIGGER jobs_record_creation ON jobs IS 'Begins the audit trail of every new job.';

CREATE FUNCTION jobs_record_change() RETURNS trigger
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

CREATE TRIGGER jobs_record_change AFTER UPDATE ON jobs
  REFERENCING OLD TABLE AS old_jobs NEW TABLE AS new_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION jobs_record_change();

COMMENT ON TRIGGER jobs_record_change ON jobs IS 'Continues the audit trail with every change of status, stage or percent.';
