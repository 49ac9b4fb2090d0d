-- One page of a session's history, newest first, and how many jobs there are in all; both from one
-- snapshot. A page past the end is one row that holds nothing but the total.
-- Counting and skipping grow with the session; the form by cursor does not.
-- Index: jobs_history_idx, results_job_format_idx.
-- repeatable: yes
-- $1 clientId
-- $2 sessionId
-- $3 status?      only jobs of this status; null: of any
-- $4 limit
-- $5 offset
-- not null: total
-- nullable: id, sessionId, status, progressPercent, inputType, retryCount, createdAt, updatedAt
-- type: inputType InputType, results readonly ResultSummary[]
WITH page AS (
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
  WHERE j.client_id = $1 AND j.session_id = $2 AND ($3::job_status IS NULL OR j.status = $3)
  ORDER BY j.created_at DESC, j.id DESC
  LIMIT $4::int OFFSET $5::bigint
),
counted AS (
  SELECT count(*) AS total
  FROM jobs j
  WHERE j.client_id = $1 AND j.session_id = $2 AND ($3::job_status IS NULL OR j.status = $3)
)
SELECT counted.total, page.id, page."sessionId", page.status, page."currentStage", page."progressPercent",
  page."inputType", page."fileName", page."fileSize", page."fileMime", page."inputUrl", page."retryCount",
  page."errorCode", page."errorMessage", page."createdAt", page."updatedAt", page."startedAt", page."completedAt",
  page."createdAtText", page.results
FROM counted LEFT JOIN page ON true
ORDER BY page."createdAt" DESC, page.id DESC;
