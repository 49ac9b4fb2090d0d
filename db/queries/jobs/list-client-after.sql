-- The jobs of a client over all sessions from a place on, newest first.
-- Index: jobs_created_idx, results_job_format_idx.
-- repeatable: yes
-- $1 clientId
-- $2 createdAt    the place: microseconds and all, hence text; 'infinity' begins at the top
-- $3 id
-- $4 limit
-- not null: createdAtText, results
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
  j.created_at::text AS "createdAtText",
  COALESCE(
    (
      SELECT json_agg(json_build_object('formatType', r.format_type, 'sizeBytes', r.size_bytes) ORDER BY r.format_type)
      FROM results r
      WHERE r.job_id = j.id
    ),
    '[]'
  ) AS results
FROM jobs j
WHERE j.client_id = $1 AND (j.created_at, j.id) < ($2::text::timestamptz, $3)
ORDER BY j.created_at DESC, j.id DESC
LIMIT $4::int;
