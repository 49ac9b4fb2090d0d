-- Removes the index that the setting docling.index names if it is invalid, as one is that CREATE INDEX CONCURRENTLY did
-- not get to finish: IF NOT EXISTS would take it for the finished one. Locks its table for an instant.
DO $$
DECLARE
  index_name constant regclass := to_regclass(current_setting('docling.index'));
BEGIN
  IF EXISTS (SELECT FROM pg_index WHERE indexrelid = index_name AND NOT indisvalid) THEN
    EXECUTE format('DROP INDEX %s', index_name);
  END IF;
END
$$;
