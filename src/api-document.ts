import { streamEvents } from './events/event-operations.js';
import { buildDocument, type ApiDocument } from './http/openapi/document.js';
import { showDocs, showDocsAsset, showDocument } from './http/openapi/document-operations.js';
import type { AnyOperation } from './http/openapi/operation.js';
import { showHealth, showLiveness, showMetrics, showReadiness } from './http/operational-operations.js';
import { exportHistory, listHistory, listJobs } from './jobs/history-operations.js';
import { cancelJob, deleteJob, retryJob, showJob, submitJob } from './jobs/job-operations.js';
import { listResults, showResult } from './results/result-operations.js';

/** All that the service can be asked for, in the order in which it is read. */
const OPERATIONS: readonly AnyOperation[] = [
  submitJob,
  listJobs,
  showJob,
  deleteJob,
  cancelJob,
  retryJob,
  listResults,
  showResult,
  ...streamEvents,
  listHistory,
  exportHistory,
  showHealth,
  showLiveness,
  showReadiness,
  showMetrics,
  showDocument,
  showDocs,
  showDocsAsset,
];

/** The OpenAPI 3.1 document of the service. */
export function buildApiDocument(): ApiDocument {
  return buildDocument(OPERATIONS);
}
