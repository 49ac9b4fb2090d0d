-- Announces changes of jobs, so that event streams and waiting requests need not wait for their next
-- look: docs/decisions/0006-announcements-and-polling.md has the reasons and the figures.
-- Creating the triggers locks jobs for writes, for as long as this takes: an instant.

CREATE SEQUENCE job_announcements;

COMMENT ON SEQUENCE job_announcements IS 'The 20 milliseconds, counted from 1970, in which a change of jobs was last announced: shared by all sessions without a lock and without waiting for commits.';

-- NOTIFY makes commits wait for one another, throughout the server. So one transaction in 20 ms does
-- it for all; whoever hears it waits a little longer than that, then looks what has changed.
CREATE FUNCTION jobs_announce_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  present constant bigint := extract(epoch FROM clock_timestamp()) * 50;
BEGIN
  -- Not "later than": a clock that was set back must not silence it until its time has come again.
  IF EXISTS (SELECT FROM changed_jobs) AND present <> (SELECT last_value FROM job_announcements) THEN
    PERFORM setval('job_announcements', present);
    PERFORM pg_notify('job_events', '');
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_announce_change() IS 'Notifies the channel job_events, without a payload, that some job has changed; at most once in 20 milliseconds.';

CREATE TRIGGER jobs_announce_change AFTER UPDATE ON jobs
  REFERENCING NEW TABLE AS changed_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION jobs_announce_change();

COMMENT ON TRIGGER jobs_announce_change ON jobs IS 'Wakes those who watch jobs when some have changed.';

CREATE TRIGGER jobs_announce_deletion AFTER DELETE ON jobs
  REFERENCING OLD TABLE AS changed_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION jobs_announce_change();

COMMENT ON TRIGGER jobs_announce_deletion ON jobs IS 'Wakes those who watch jobs when some were deleted.';
