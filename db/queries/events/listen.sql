-- Hears of changed jobs from now on. Only on a direct connection of its own: behind a pooler in
-- transaction mode it hears nothing.
LISTEN job_events;
