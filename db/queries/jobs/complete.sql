-- Stores the results and ends the job in one statement, by the worker that holds it. No row: it no
-- longer does, and nothing was stored. The results are as long as their bytes, by construction.
-- Index: jobs_pkey, job_leases_pkey, results_job_format_idx.
-- $1 id
-- $2 workerId
-- $3 fencingToken
-- $4 status          COMPLETE or PARTIAL_COMPLETE
-- $5 mcpToolName
-- $6 formatTypes     of the results
-- $7 contents        in the same order
-- $8 errorCode?      why the results are not all there
-- $9 errorMessage?
-- $10 errorDetails?  as JSON text
WITH completed AS (
  UPDATE jobs j
  SET
    status = $4,
    current_stage = 'saving',
    progress_percent = 100,
    mcp_tool_name = $5,
    checkpoint_data = NULL,
    error_code = $8,
    error_message = $9,
    error_details = $10
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
  FROM completed, unnest($6::text[], $7::text[]) AS r (format_type, content)
)
SELECT id FROM completed;
