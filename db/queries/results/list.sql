-- The results of a job without their content.
-- Index: jobs_pkey, results_job_format_idx.
-- repeatable: yes
-- $1 jobId
-- $2 clientId
-- type: formatType ExportFormat
SELECT r.id, r.format_type AS "formatType", r.size_bytes AS "sizeBytes", r.generated_at AS "generatedAt"
FROM results r
JOIN jobs j ON j.id = r.job_id
WHERE r.job_id = $1 AND j.client_id = $2
ORDER BY r.format_type;
