-- Which database this is: when its first migration was run. A restored copy is the same database, one that
-- was made anew is another.
-- repeatable: yes
SELECT min(applied_at)::text AS identity
FROM schema_migrations;
