-- Lifts the statement time limit for this transaction: a cursor is one statement however long its reader
-- takes, and the reader's own time limit bounds it.
SELECT set_config('statement_timeout', '0', true);
