-- After how long an unfinished segment is archived, which is what the loss of a host may cost; 0: never.
-- repeatable: yes
-- not null: seconds
SELECT extract(epoch FROM current_setting('archive_timeout')::interval)::int AS seconds;
