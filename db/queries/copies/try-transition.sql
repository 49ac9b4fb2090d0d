-- Changes the status of a job whatever it is, to see that the database refuses what is not allowed.
-- $1 id
-- $2 status
UPDATE jobs SET status = $2 WHERE id = $1 RETURNING id;
