-- Cancels a job that is not terminal. Its worker's lease ends with it, so nothing the worker still
-- writes lands. No row: the job is not there, is another client's, or is terminal.
-- Index: jobs_pkey.
-- $1 id
-- $2 clientId
UPDATE jobs
SET status = 'CANCELLED', checkpoint_data = NULL, error_code = NULL, error_message = NULL, error_details = NULL
WHERE id = $1
  AND client_id = $2
  AND status IN (
    'PENDING', 'UPLOADING', 'PROCESSING', 'RETRY_PENDING', 'RETRY_UPLOAD', 'RETRY_PROCESSING', 'RETRY_EXPORT',
    'RETRY_SAVE'
  )
RETURNING
  id, status, input_path AS "inputPath", completed_at AS "completedAt", fencing_token AS "fencingToken";
