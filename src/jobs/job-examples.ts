import { jobLinks } from './job-view.js';

const id = '0192d3f4-0000-7abc-8def-000000000001';
const sessionId = 'invoices-2026';
const createdAt = '2026-08-01T10:00:00.000Z';
const completedAt = '2026-08-01T10:00:04.200Z';
const links = jobLinks({ id, sessionId });

export const LISTED_JOB_EXAMPLE = {
  id,
  sessionId,
  status: 'COMPLETE',
  currentStage: 'saving',
  progressPercent: 100,
  inputType: 'FILE',
  fileName: 'report.pdf',
  fileSize: 48_213,
  fileMime: 'application/pdf',
  inputUrl: null,
  retryCount: 0,
  errorCode: null,
  errorMessage: null,
  createdAt,
  updatedAt: completedAt,
  startedAt: '2026-08-01T10:00:00.400Z',
  completedAt,
  results: [
    { formatType: 'html', sizeBytes: 5_120 },
    { formatType: 'json', sizeBytes: 20_480 },
    { formatType: 'markdown', sizeBytes: 4_096 },
  ],
};

export const JOB_EXAMPLE = {
  ...LISTED_JOB_EXAMPLE,
  maxRetries: 3,
  timeoutMs: null,
  mcpToolName: 'convert_pdf',
  nextAttemptAt: null,
  errorDetails: null,
  links,
};

export const CANCELLED_EXAMPLE = {
  ...JOB_EXAMPLE,
  status: 'CANCELLED',
  currentStage: 'conversion',
  progressPercent: 40,
  mcpToolName: null,
  results: [],
};

export const SUBMITTED_EXAMPLE = { jobId: id, status: 'PENDING', createdAt, links };

const retriedId = '0192d3f4-0000-7abc-8def-000000000002';
export const RETRIED_EXAMPLE = {
  jobId: retriedId,
  status: 'PENDING',
  createdAt,
  links: jobLinks({ id: retriedId, sessionId }),
  retriedFrom: id,
};

export const CSV_EXAMPLE = [
  Object.keys(LISTED_JOB_EXAMPLE).join(','),
  Object.values({ ...LISTED_JOB_EXAMPLE, results: 'html:5120 json:20480 markdown:4096' }).join(','),
  '',
].join('\r\n');
