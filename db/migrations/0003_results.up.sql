-- What a job yields.

CREATE TABLE results (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  job_id       uuid        NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  format_type  varchar(20) NOT NULL,
  content      text        NOT NULL,
  size_bytes   int         NOT NULL,
  generated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT results_format_type_known CHECK (format_type IN ('markdown', 'html', 'json')),
  CONSTRAINT results_size_bytes_not_negative CHECK (size_bytes >= 0)
);

CREATE UNIQUE INDEX results_job_format_idx ON results (job_id, format_type);

COMMENT ON TABLE results IS 'One export of a job per row; written once, together with the job''s terminal status, and never changed.';
COMMENT ON COLUMN results.id IS 'Names this very content: the entity tag of the API.';
COMMENT ON COLUMN results.job_id IS 'The job that the export belongs to.';
COMMENT ON COLUMN results.format_type IS 'markdown, html or json (a DoclingDocument).';
COMMENT ON COLUMN results.content IS 'The export itself.';
COMMENT ON COLUMN results.size_bytes IS 'Length of the content in bytes of UTF-8.';
COMMENT ON COLUMN results.generated_at IS 'When the export was stored.';
COMMENT ON INDEX results_pkey IS 'Keeps the ids of results unique.';
COMMENT ON INDEX results_job_format_idx IS 'Finds the results of a job and one of them by format; allows one per job and format; serves the foreign key.';
