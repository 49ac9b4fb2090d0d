-- Who works on what, until when. Apart from jobs, so that a heartbeat touches one narrow row and no
-- index: every one is a HOT update.

CREATE TABLE job_leases (
  job_id        uuid         PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  worker_id     varchar(100) NOT NULL,
  fencing_token bigint       NOT NULL,
  expires_at    timestamptz  NOT NULL
) WITH (
  fillfactor = 30,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 500,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 1000
);

COMMENT ON TABLE job_leases IS 'One row per running job: which worker may write to it, and until when without a sign of life.';
COMMENT ON COLUMN job_leases.job_id IS 'The running job.';
COMMENT ON COLUMN job_leases.worker_id IS 'The worker process that claimed it.';
COMMENT ON COLUMN job_leases.fencing_token IS 'The job''s fencing token of that claim.';
COMMENT ON COLUMN job_leases.expires_at IS 'When the lease ends unless the worker prolongs it, by the database''s clock.';
COMMENT ON INDEX job_leases_pkey IS 'Finds the lease of a job; serves the foreign key; the only index, so that heartbeats stay HOT.';
