-- Brings the statistics of a whole database up to date: a dump has none, and without them plans are poor.
ANALYZE;
