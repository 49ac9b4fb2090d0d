-- The migrations that were run, in order.
SELECT name, checksum, applied_at AS "appliedAt"
FROM schema_migrations
ORDER BY name;
