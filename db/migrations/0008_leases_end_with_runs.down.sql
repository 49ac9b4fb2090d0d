-- loses: nothing
DROP TRIGGER jobs_end_lease ON jobs;
DROP FUNCTION jobs_end_lease();
