-- loses: job_leases (all rows)
DROP TABLE job_leases;
