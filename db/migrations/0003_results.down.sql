-- loses: results (all rows)
-- Loses every result; take a backup first.
DROP TABLE results;
