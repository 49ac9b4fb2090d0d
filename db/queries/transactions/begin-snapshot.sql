-- Begins a transaction that sees one moment to its end, and changes nothing.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
