-- A lease ends in the statement that ends its job's run, whichever that is. Statements that did it themselves missed
-- the lease of a claim that committed while they waited for its job: they did not see it.
-- Creating the trigger locks jobs for writes, for as long as this takes: an instant.

-- By row, and only for those that end a run: an update of progress costs nothing. As SECURITY DEFINER, so that the
-- application's role cannot end a lease otherwise.
CREATE FUNCTION jobs_end_lease() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM job_leases l WHERE l.job_id = NEW.id;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION jobs_end_lease() IS 'Deletes the lease of a job that is no longer running.';

CREATE TRIGGER jobs_end_lease AFTER UPDATE OF status ON jobs
  FOR EACH ROW
  WHEN (OLD.status IN ('UPLOADING', 'PROCESSING') AND NEW.status NOT IN ('UPLOADING', 'PROCESSING'))
  EXECUTE FUNCTION jobs_end_lease();

COMMENT ON TRIGGER jobs_end_lease ON jobs IS 'Keeps a lease from outliving the run of its job, whoever ends it.';

DELETE FROM job_leases l USING jobs j WHERE j.id = l.job_id AND j.status NOT IN ('UPLOADING', 'PROCESSING');
