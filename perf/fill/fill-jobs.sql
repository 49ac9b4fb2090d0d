-- Adds a batch of jobs that have ended, as imports do, with their results: nine in ten complete, the rest partly
-- complete, failed or cancelled. Times lie in the last 90 days, the newest batch latest.
-- $1 jobs in the batch
-- $2 number of the batch, from 0
-- $3 bytes of the Markdown, at most 200,000; HTML has half as much again, JSON four times as much. 0: no results
-- $4 sessions that the jobs are spread over
-- $5 text that results are cut out of, one after the other, as bytes, where a cut does not count characters first
WITH new_job AS (
  INSERT INTO jobs (id, client_id, session_id, status, current_stage, progress_percent, input_type, input_url, file_name,
                    file_size, file_mime, error_code, error_message, created_at, started_at, completed_at)
  SELECT id, 'local', 'fill-' || n % $4::int, status,
         CASE status WHEN 'CANCELLED' THEN 'conversion' WHEN 'FAILED' THEN 'conversion' ELSE 'saving' END,
         CASE status WHEN 'COMPLETE' THEN 100 WHEN 'PARTIAL_COMPLETE' THEN 100 ELSE 40 END,
         'URL', 'https://documents.example/' || id || '.pdf', 'report-' || n || '.pdf', 20000 + n % 900000, 'application/pdf',
         CASE status WHEN 'FAILED' THEN 'E302' WHEN 'PARTIAL_COMPLETE' THEN 'E304' END,
         CASE status WHEN 'FAILED' THEN 'The document could not be converted.'
                     WHEN 'PARTIAL_COMPLETE' THEN 'Some exports failed.' END,
         moment, moment + interval '1 second', moment + interval '3 seconds'
  FROM (
    SELECT n, moment,
           -- A UUIDv7 of that moment.
           (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7'
            || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text || n), 1, 15))::uuid AS id,
           (CASE n % 50 WHEN 7 THEN 'FAILED' WHEN 17 THEN 'FAILED' WHEN 27 THEN 'PARTIAL_COMPLETE'
                        WHEN 37 THEN 'PARTIAL_COMPLETE' WHEN 47 THEN 'CANCELLED' ELSE 'COMPLETE' END)::job_status AS status
    FROM (
      SELECT n, now() - interval '90 days' + n * interval '1 millisecond' + $2::int * interval '1 minute' AS moment
      FROM generate_series($2::int * $1::int, ($2::int + 1) * $1::int - 1) AS n
    ) AS numbers
  ) AS fresh
  RETURNING id, status, completed_at
)
INSERT INTO results (job_id, format_type, content, size_bytes, generated_at)
SELECT id, format, convert_from(substr($5::bytea, 1 + place, size), 'UTF8'), size, completed_at
FROM (
  SELECT id, format, completed_at, size,
         (sum(size) OVER (ORDER BY id, format) - size)::int % GREATEST(octet_length($5::bytea) - size, 1) AS place
  FROM new_job
    CROSS JOIN (VALUES ('markdown', 1.0), ('html', 1.5), ('json', 4.0)) AS formats (format, share)
    CROSS JOIN LATERAL (SELECT ($3::int * share)::int AS size) AS sized
  WHERE status = 'COMPLETE' OR (status = 'PARTIAL_COMPLETE' AND format = 'markdown')
) AS export
WHERE size > 0;
