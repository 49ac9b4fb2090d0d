-- One result of a job without its content, with the name of the document it was made from.
-- Index: jobs_pkey, results_job_format_idx.
-- repeatable: yes
-- $1 jobId
-- $2 clientId
-- $3 formatType
-- type: formatType ExportFormat
SELECT
  r.id,
  r.format_type AS "formatType",
  r.size_bytes AS "sizeBytes",
  r.generated_at AS "generatedAt",
  j.file_name AS "fileName"
FROM results r
JOIN jobs j ON j.id = r.job_id
WHERE r.job_id = $1 AND j.client_id = $2 AND r.format_type = $3;
