-- Makes a new job of a finished one: same session, input and limits. No row: that one is not there any
-- more. Its status needs no second look: none of these is ever left.
-- What a worker found out about a download or a caller's file is not taken over: it may have changed.
-- Index: jobs_pkey.
-- repeatable: yes, by the new job's id
-- $1 id
-- $2 clientId
-- $3 retriedId
-- $4 storedPath?    of the new job's own copy, where the input is an upload
-- not null: createdAt, sessionId, inputType
-- type: inputType InputType
WITH inserted AS (
  INSERT INTO jobs (
    id, client_id, session_id, input_type, input_path, input_url, file_name, file_size, file_mime, timeout_ms,
    max_retries
  )
  SELECT
    $1,
    client_id,
    session_id,
    input_type,
    COALESCE($4, input_path),
    input_url,
    CASE WHEN input_type = 'FILE' THEN file_name END,
    CASE WHEN $4 IS NOT NULL THEN file_size END,
    CASE WHEN $4 IS NOT NULL THEN file_mime END,
    timeout_ms,
    max_retries
  FROM jobs
  WHERE id = $3 AND client_id = $2 AND status IN ('FAILED', 'RETRY_FAILED', 'CANCELLED', 'PARTIAL_COMPLETE')
  ON CONFLICT (id) DO NOTHING
  RETURNING created_at, session_id, input_type
)
SELECT created_at AS "createdAt", session_id AS "sessionId", input_type AS "inputType" FROM inserted
UNION ALL
SELECT created_at, session_id, input_type FROM jobs WHERE id = $1 AND client_id = $2
LIMIT 1;
