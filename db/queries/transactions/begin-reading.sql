-- Begins a transaction that reads one snapshot through a cursor.
BEGIN READ ONLY;
