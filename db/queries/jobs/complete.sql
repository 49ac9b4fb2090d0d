-- Stores the results and ends the job in one statement, by the worker that holds it. No row: it no
-- longer does, and nothing was stored. The results are as long as their bytes, by construction.
-- Index: jobs_pkey, job_leases_pkey, results_job_format_idx.
-- $1 id
-- $2 workerId
-- $3 fencingToken
-- $4 status          COMPLETE or PARTIAL_COMPLETE
-- $5 mcpToolName
-- $6 markdown?       each a parameter of its own: an array of them is escaped character by character on
-- $7 html?           the way, which takes seconds of the worker's only thread for results of 60 MB
-- $8 json?
-- $9 errorCode?      why the results are not all there
-- $10 errorMessage?
-- $11 errorDetails?  as JSON text
WITH completed AS (
  UPDATE jobs j
  SET
    status = $4,
    current_stage = 'saving',
    progress_percent = 100,
    mcp_tool_name = $5,
    checkpoint_data = NULL,
    error_code = $9,
    error_message = $10,
    error_details = $11
  WHERE j.id = $1
    AND j.fencing_token = $3
    AND j.status = 'PROCESSING'
    AND EXISTS (
    SELECT FROM job_leases l WHERE l.job_id = j.id AND l.worker_id = $2 AND l.fencing_token = $3
  )
  RETURNING j.id
),
stored AS (
  INSERT INTO results (job_id, format_type, content, size_bytes)
  SELECT completed.id, r.format_type, r.content, octet_length(r.content)
  FROM completed, (VALUES ('markdown', $6::text), ('html', $7::text), ('json', $8::text)) AS r (format_type, content)
  WHERE r.content IS NOT NULL
)
SELECT id FROM completed;
