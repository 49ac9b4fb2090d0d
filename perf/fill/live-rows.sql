-- Adds what jobs that have ended leave empty: another client, keys, waiting and running jobs, leases, and idempotency keys
-- of requests that are done and that are under way. So every table has rows, and every column that a migration may lose
-- is filled somewhere. Safe to repeat.
INSERT INTO clients (id, name) VALUES ('live-rows', 'Live rows') ON CONFLICT DO NOTHING;

INSERT INTO api_keys (id, client_id, name, key_prefix, key_hash, expires_at, last_used_at)
SELECT md5('key' || n)::uuid, 'live-rows', 'key ' || n, 'dj_' || n, sha256(convert_to('key' || n, 'UTF8')),
       now() + interval '90 days', now()
FROM generate_series(1, 20) AS n
ON CONFLICT DO NOTHING;

INSERT INTO jobs (id, client_id, session_id, status, input_type, input_path, file_name, file_size, file_mime, timeout_ms,
                  retry_count, checkpoint_data, error_code, error_message, error_details)
SELECT md5('job' || n)::uuid, 'live-rows', 'live', (ARRAY['PENDING', 'PROCESSING', 'RETRY_SAVE'])[1 + n % 3]::job_status, 'FILE',
       'inputs/' || n, n || '.pdf', 1000 + n, 'application/pdf', 60000, n % 3, '{"stage": "export"}', 'E402',
       'A query timed out.', '{"attempt": 1}'
FROM generate_series(1, 300) AS n
ON CONFLICT DO NOTHING;

-- As a claim does; it also moves the announcements on.
UPDATE jobs SET status = 'UPLOADING', current_stage = 'upload', fencing_token = fencing_token + 1
WHERE client_id = 'live-rows' AND status = 'PENDING';

INSERT INTO job_leases (job_id, worker_id, fencing_token, expires_at)
SELECT id, 'worker-1', fencing_token, now() + interval '1 hour'
FROM jobs WHERE client_id = 'live-rows' AND status IN ('UPLOADING', 'PROCESSING')
ON CONFLICT DO NOTHING;

INSERT INTO idempotency_keys (client_id, key, claim_id, request_hash, job_id, expires_at)
SELECT client_id, 'done-' || id, id, sha256(convert_to(id::text, 'UTF8')), id, now() + interval '1 day'
FROM jobs WHERE client_id = 'live-rows'
ON CONFLICT DO NOTHING;

INSERT INTO idempotency_keys (client_id, key, claim_id, expires_at)
SELECT 'live-rows', 'under-way-' || n, md5('claim' || n)::uuid, now() + interval '1 minute'
FROM generate_series(1, 10) AS n
ON CONFLICT DO NOTHING;
