-- Makes a job. An id that is there already is left as it is, and its time is answered.
-- repeatable: yes, by the id
-- $1 id
-- $2 clientId
-- $3 sessionId
-- $4 inputType
-- $5 inputPath?
-- $6 inputUrl?
-- $7 fileName?
-- $8 fileSize?
-- $9 fileMime?
-- $10 timeoutMs?
-- $11 maxRetries
-- not null: createdAt
WITH inserted AS (
  INSERT INTO jobs (
    id, client_id, session_id, input_type, input_path, input_url, file_name, file_size, file_mime, timeout_ms,
    max_retries
  )
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  ON CONFLICT (id) DO NOTHING
  RETURNING created_at
)
SELECT created_at AS "createdAt" FROM inserted
UNION ALL
SELECT created_at FROM jobs WHERE id = $1 AND client_id = $2
LIMIT 1;
