-- How many jobs there are in each status, at a cost that does not depend on how many there are:
-- docs/decisions/0010-job-counts.md has the reasons and the figures.
-- Locks: creating the triggers keeps writes to jobs waiting until the jobs there are have been counted, a second or two
-- per ten million.

-- Only ever appended to by those who change jobs: a counter that they updated would make them wait for each other.
CREATE TABLE job_count_deltas (
  from_status job_status,
  to_status   job_status,
  jobs        bigint NOT NULL,
  CONSTRAINT job_count_deltas_counts_something CHECK (from_status IS NOT NULL OR to_status IS NOT NULL)
) WITH (
  -- Its rows live for seconds: what counts is how many are dead, not which share.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 5000,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 50000
);

COMMENT ON TABLE job_count_deltas IS 'What has been added to and taken from the number of jobs in each status, written in the transaction that did it; the sum over all rows is the number. Has no key and no index: rows are appended, summed, and folded into few.';
COMMENT ON COLUMN job_count_deltas.from_status IS 'The status that jobs have left; null for jobs that were made.';
COMMENT ON COLUMN job_count_deltas.to_status IS 'The status that jobs have entered; null for jobs that were deleted.';
COMMENT ON COLUMN job_count_deltas.jobs IS 'How many did; of a correction, it may be negative.';

-- As before, and counts what it records.
CREATE OR REPLACE FUNCTION jobs_record_creation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  WITH recorded AS (
    INSERT INTO job_events (job_id, seq, occurred_at, from_status, to_status, stage, percent)
    SELECT n.id, n.last_event_seq, clock_timestamp(), NULL, n.status, n.current_stage, n.progress_percent
    FROM new_jobs n
    RETURNING to_status
  )
  INSERT INTO job_count_deltas (to_status, jobs)
  SELECT r.to_status, count(*) FROM recorded r GROUP BY r.to_status;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_record_creation() IS 'Writes the first event of every new job, and counts the job.';

CREATE OR REPLACE FUNCTION jobs_record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  WITH recorded AS (
    INSERT INTO job_events (job_id, seq, occurred_at, from_status, to_status, stage, percent, detail)
    SELECT n.id, n.last_event_seq, n.updated_at, o.status, n.status, n.current_stage, n.progress_percent,
           CASE WHEN n.status <> o.status THEN NULLIF(jsonb_strip_nulls(jsonb_build_object(
             'errorCode', n.error_code,
             'errorMessage', n.error_message,
             'retryCount', NULLIF(n.retry_count, 0),
             'nextAttemptAt', CASE WHEN n.next_attempt_at <> o.next_attempt_at THEN n.next_attempt_at END
           )), '{}') END
    FROM new_jobs n JOIN old_jobs o ON o.id = n.id
    WHERE n.last_event_seq > o.last_event_seq
    RETURNING from_status, to_status
  )
  INSERT INTO job_count_deltas (from_status, to_status, jobs)
  SELECT r.from_status, r.to_status, count(*)
  FROM recorded r
  WHERE r.from_status <> r.to_status
  GROUP BY r.from_status, r.to_status;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_record_change() IS 'Writes one event for every job whose status, stage or percent changed, and counts the changes of status.';

CREATE FUNCTION jobs_count_deletion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO job_count_deltas (from_status, jobs)
  SELECT o.status, count(*) FROM old_jobs o GROUP BY o.status;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_count_deletion() IS 'Counts deleted jobs out.';

CREATE TRIGGER jobs_count_deletion AFTER DELETE ON jobs
  REFERENCING OLD TABLE AS old_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION jobs_count_deletion();

COMMENT ON TRIGGER jobs_count_deletion ON jobs IS 'Counts deleted jobs out, whoever deletes them.';

-- Whoever empties jobs has waited for all who changed some: their deltas are there, and go with it.
CREATE FUNCTION jobs_count_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  TRUNCATE job_count_deltas;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_count_nothing() IS 'Begins to count anew when all jobs are gone.';

CREATE TRIGGER jobs_count_nothing AFTER TRUNCATE ON jobs
  FOR EACH STATEMENT EXECUTE FUNCTION jobs_count_nothing();

COMMENT ON TRIGGER jobs_count_nothing ON jobs IS 'TRUNCATE tells the other triggers nothing.';

-- The sum stays what it is, whatever of it commits and whoever else folds: each row is taken once. As SECURITY
-- DEFINER, so that the application's role can fold the counts and not change them.
CREATE FUNCTION jobs_fold_counts() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  least constant int := 500;
  most constant int := 20000;
  folded int;
BEGIN
  -- An idle database is left alone: looking at so few costs next to nothing.
  IF (SELECT count(*) FROM (SELECT FROM job_count_deltas LIMIT least) AS few) < least THEN
    RETURN 0;
  END IF;
  WITH taken AS (
    DELETE FROM job_count_deltas
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM job_count_deltas LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING from_status, to_status, jobs
  ),
  kept AS (
    INSERT INTO job_count_deltas (from_status, to_status, jobs)
    SELECT t.from_status, t.to_status, sum(t.jobs) FROM taken t
    GROUP BY t.from_status, t.to_status
    HAVING sum(t.jobs) <> 0
  )
  SELECT count(*) INTO folded FROM taken;
  RETURN folded;
END
$$;

COMMENT ON FUNCTION jobs_fold_counts() IS 'Puts up to 20,000 rows of job_count_deltas together, one for each kind of change, and answers how many it took; 0: there are too few to be worth it.';

-- Jobs and deltas are of one snapshot, so the difference is the error, whatever others write meanwhile: nobody waits.
CREATE FUNCTION jobs_recount() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  corrected bigint;
BEGIN
  -- Two at once would both make up for the same error.
  PERFORM pg_advisory_xact_lock(28269970482359912);
  WITH corrections AS (
    INSERT INTO job_count_deltas (to_status, jobs)
    SELECT found.status, sum(found.jobs)
    FROM (
      SELECT j.status, count(*) AS jobs FROM jobs j GROUP BY j.status
      UNION ALL SELECT d.to_status, -d.jobs FROM job_count_deltas d WHERE d.to_status IS NOT NULL
      UNION ALL SELECT d.from_status, d.jobs FROM job_count_deltas d WHERE d.from_status IS NOT NULL
    ) AS found
    GROUP BY found.status
    HAVING sum(found.jobs) <> 0
    RETURNING jobs
  )
  SELECT COALESCE(sum(abs(c.jobs)), 0) INTO corrected FROM corrections c;
  RETURN corrected;
END
$$;

COMMENT ON FUNCTION jobs_recount() IS 'Counts all jobs and makes up for the difference, by how many it answers; for the owner, after triggers were switched off. Reads an index of all jobs, and keeps nobody waiting.';

SELECT jobs_recount();
