-- One job of a client with its result formats; none when it is another client's.
-- Index: jobs_pkey, results_job_format_idx.
-- repeatable: yes
-- $1 id
-- $2 clientId
-- not null: results
-- type: inputType InputType, results readonly ResultSummary[]
SELECT
  j.id,
  j.session_id AS "sessionId",
  j.status,
  j.current_stage AS "currentStage",
  j.progress_percent AS "progressPercent",
  j.input_type AS "inputType",
  j.file_name AS "fileName",
  j.file_size AS "fileSize",
  j.file_mime AS "fileMime",
  j.input_url AS "inputUrl",
  j.retry_count AS "retryCount",
  j.error_code AS "errorCode",
  j.error_message AS "errorMessage",
  j.created_at AS "createdAt",
  j.updated_at AS "updatedAt",
  j.started_at AS "startedAt",
  j.completed_at AS "completedAt",
  j.max_retries AS "maxRetries",
  j.timeout_ms AS "timeoutMs",
  j.mcp_tool_name AS "mcpToolName",
  j.next_attempt_at AS "nextAttemptAt",
  j.error_details AS "errorDetails",
  COALESCE(
    (
      SELECT json_agg(json_build_object('formatType', r.format_type, 'sizeBytes', r.size_bytes) ORDER BY r.format_type)
      FROM results r
      WHERE r.job_id = j.id
    ),
    '[]'
  ) AS results
FROM jobs j
WHERE j.id = $1 AND j.client_id = $2;
