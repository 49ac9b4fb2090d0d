-- Tries to take the lock that lets one migration run at a time; held until the connection ends.
-- The number is "docling" in ASCII.
-- not null: locked
SELECT pg_try_advisory_lock(28269970482359911) AS locked;
