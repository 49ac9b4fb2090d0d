-- loses: job_events (all rows)
-- loses: jobs (all rows)
-- loses: job_status_transitions (all rows)
-- Loses every job and its audit trail; take a backup first.
DROP TABLE job_events;
DROP TABLE jobs;
DROP FUNCTION jobs_record_change();
DROP FUNCTION jobs_record_creation();
DROP FUNCTION jobs_guard_update();
DROP TABLE job_status_transitions;
DROP TYPE job_status;
