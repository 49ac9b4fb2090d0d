-- loses: job_announcements (position)
DROP TRIGGER jobs_announce_deletion ON jobs;
DROP TRIGGER jobs_announce_change ON jobs;
DROP FUNCTION jobs_announce_change();
DROP SEQUENCE job_announcements;
