// Generated from db/queries by `npm run generate`; do not edit.
import type { ExportFormat } from '../conversion/client/converter.js';
import type { JobStatus } from '../jobs/job-states.js';
import type { InputType, ResultSummary } from './row-types.js';

/** Parameters and rows of every statement, as PostgreSQL describes them. */
export interface Statements {
  'api-keys/authenticate': {
    params: readonly [keyHash: Buffer];
    row: {
      id: string;
      clientId: string;
    };
  };
  'api-keys/insert': {
    params: readonly [clientId: string, name: string, keyPrefix: string, keyHash: Buffer, days: number | null];
    row: {
      id: string;
      expiresAt: Date | null;
    };
  };
  'api-keys/list': {
    params: readonly [clientId: string | null];
    row: {
      id: string;
      clientId: string;
      name: string;
      keyPrefix: string;
      createdAt: Date;
      expiresAt: Date | null;
      lastUsedAt: Date | null;
      revokedAt: Date | null;
      expired: boolean;
    };
  };
  'api-keys/revoke': {
    params: readonly [id: string];
    row: {
      id: string;
      clientId: string;
      name: string;
      keyPrefix: string;
      revokedAt: Date | null;
    };
  };
  'catalog/list-objects': {
    params: readonly [];
    row: {
      kind: string;
      name: string;
      definition: string;
      owner: string | null;
      rights: string | null;
      comment: string | null;
    };
  };
  'contents/fix-text': {
    params: readonly [];
    row: {
      done: boolean;
    };
  };
  'contents/hash-table': {
    params: readonly [table: string];
    row: {
      rows: number;
      hash: string;
    };
  };
  'contents/list-sequences': {
    params: readonly [];
    row: {
      name: string;
      value: number;
    };
  };
  'contents/list-tables': {
    params: readonly [];
    row: {
      name: string;
      bytes: number;
    };
  };
  'events/find-position': {
    params: readonly [jobId: string, clientId: string];
    row: {
      status: JobStatus;
      lastEventSeq: number;
      statusSeq: number | null;
    };
  };
  'events/list-after': {
    params: readonly [jobId: string, seq: number, limit: number];
    row: {
      seq: number;
      occurredAt: Date;
      previousStatus: JobStatus | null;
      status: JobStatus;
      stage: string | null;
      percent: number;
      errorCode: string | null;
      errorMessage: string | null;
      retryCount: number | null;
      nextAttemptAt: Date | null;
    };
  };
  'events/list-changed': {
    params: readonly [jobIds: readonly string[], seenSeqs: readonly number[]];
    row: {
      jobId: string;
      status: JobStatus | null;
      lastEventSeq: number | null;
    };
  };
  'events/list-newest-transitions': {
    params: readonly [jobIds: readonly string[], statuses: readonly JobStatus[]];
    row: {
      jobId: string;
      previousStatus: JobStatus | null;
      stage: string | null;
      seconds: number | null;
    };
  };
  'events/listen': {
    params: readonly [];
    row: Record<string, never>;
  };
  'idempotency-keys/claim': {
    params: readonly [clientId: string, key: string, claimId: string, claimMs: number];
    row: {
      claimed: boolean;
      jobId: string | null;
      requestHash: Buffer | null;
    };
  };
  'idempotency-keys/delete-expired': {
    params: readonly [limit: number];
    row: {
      key: string;
    };
  };
  'idempotency-keys/insert-job': {
    params: readonly [id: string, clientId: string, sessionId: string, inputType: string, inputPath: string | null, inputUrl: string | null, fileName: string | null, fileSize: number | null, fileMime: string | null, timeoutMs: number | null, maxRetries: number, key: string, claimId: string, requestHash: Buffer];
    row: {
      createdAt: Date;
    };
  };
  'idempotency-keys/prolong': {
    params: readonly [clientId: string, key: string, claimId: string, claimMs: number];
    row: Record<string, never>;
  };
  'idempotency-keys/release': {
    params: readonly [clientId: string, key: string, claimId: string];
    row: Record<string, never>;
  };
  'job-counts/fold': {
    params: readonly [];
    row: {
      folded: number;
    };
  };
  'job-counts/list': {
    params: readonly [];
    row: {
      status: JobStatus;
      jobs: number;
    };
  };
  'jobs/cancel': {
    params: readonly [id: string, clientId: string];
    row: {
      id: string;
      status: JobStatus;
      inputPath: string | null;
      completedAt: Date | null;
      fencingToken: number;
    };
  };
  'jobs/claim-batch': {
    params: readonly [workerId: string, limit: number, leaseMs: number, afterClient: string];
    row: {
      id: string;
      clientId: string;
      status: JobStatus;
      inputType: InputType;
      inputPath: string | null;
      inputUrl: string | null;
      fileName: string | null;
      fileSize: number | null;
      fileMime: string | null;
      timeoutMs: number | null;
      retryCount: number;
      maxRetries: number;
      checkpointData: unknown | null;
      fencingToken: number;
      claimedAt: Date;
      previousStatus: JobStatus;
      waitedSeconds: number;
    };
  };
  'jobs/complete': {
    params: readonly [id: string, workerId: string, fencingToken: number, status: JobStatus, mcpToolName: string, markdown: string | null, html: string | null, json: string | null, errorCode: string | null, errorMessage: string | null, errorDetails: string | null];
    row: {
      id: string;
    };
  };
  'jobs/count-queued': {
    params: readonly [clientId: string, limit: number];
    row: {
      count: number;
    };
  };
  'jobs/delete': {
    params: readonly [id: string, clientId: string];
    row: {
      id: string;
      inputPath: string | null;
    };
  };
  'jobs/export-history': {
    params: readonly [clientId: string, sessionId: string, status: JobStatus | null];
    row: {
      id: string;
      sessionId: string;
      status: JobStatus;
      currentStage: string | null;
      progressPercent: number;
      inputType: InputType;
      fileName: string | null;
      fileSize: number | null;
      fileMime: string | null;
      inputUrl: string | null;
      retryCount: number;
      errorCode: string | null;
      errorMessage: string | null;
      createdAt: Date;
      updatedAt: Date;
      startedAt: Date | null;
      completedAt: Date | null;
      results: readonly ResultSummary[];
    };
  };
  'jobs/fail': {
    params: readonly [id: string, workerId: string, fencingToken: number, errorCode: string, errorMessage: string, errorDetails: string | null];
    row: {
      id: string;
    };
  };
  'jobs/find': {
    params: readonly [id: string, clientId: string];
    row: {
      id: string;
      sessionId: string;
      status: JobStatus;
      currentStage: string | null;
      progressPercent: number;
      inputType: InputType;
      fileName: string | null;
      fileSize: number | null;
      fileMime: string | null;
      inputUrl: string | null;
      retryCount: number;
      errorCode: string | null;
      errorMessage: string | null;
      createdAt: Date;
      updatedAt: Date;
      startedAt: Date | null;
      completedAt: Date | null;
      maxRetries: number;
      timeoutMs: number | null;
      mcpToolName: string | null;
      nextAttemptAt: Date;
      errorDetails: unknown | null;
      results: readonly ResultSummary[];
    };
  };
  'jobs/find-input': {
    params: readonly [id: string, clientId: string];
    row: {
      status: JobStatus;
      inputPath: string | null;
    };
  };
  'jobs/find-oldest-waiting': {
    params: readonly [];
    row: {
      seconds: number;
    };
  };
  'jobs/hand-back': {
    params: readonly [id: string, workerId: string, fencingToken: number];
    row: {
      id: string;
    };
  };
  'jobs/insert': {
    params: readonly [id: string, clientId: string, sessionId: string, inputType: string, inputPath: string | null, inputUrl: string | null, fileName: string | null, fileSize: number | null, fileMime: string | null, timeoutMs: number | null, maxRetries: number];
    row: {
      createdAt: Date;
    };
  };
  'jobs/insert-retry': {
    params: readonly [id: string, clientId: string, retriedId: string, storedPath: string | null];
    row: {
      createdAt: Date;
      sessionId: string;
      inputType: InputType;
    };
  };
  'jobs/list-client-after': {
    params: readonly [clientId: string, createdAt: string, id: string, limit: number];
    row: {
      id: string;
      sessionId: string;
      status: JobStatus;
      currentStage: string | null;
      progressPercent: number;
      inputType: InputType;
      fileName: string | null;
      fileSize: number | null;
      fileMime: string | null;
      inputUrl: string | null;
      retryCount: number;
      errorCode: string | null;
      errorMessage: string | null;
      createdAt: Date;
      updatedAt: Date;
      startedAt: Date | null;
      completedAt: Date | null;
      createdAtText: string;
      results: readonly ResultSummary[];
    };
  };
  'jobs/list-client-by-status-after': {
    params: readonly [clientId: string, status: JobStatus, createdAt: string, id: string, limit: number];
    row: {
      id: string;
      sessionId: string;
      status: JobStatus;
      currentStage: string | null;
      progressPercent: number;
      inputType: InputType;
      fileName: string | null;
      fileSize: number | null;
      fileMime: string | null;
      inputUrl: string | null;
      retryCount: number;
      errorCode: string | null;
      errorMessage: string | null;
      createdAt: Date;
      updatedAt: Date;
      startedAt: Date | null;
      completedAt: Date | null;
      createdAtText: string;
      results: readonly ResultSummary[];
    };
  };
  'jobs/list-history-after': {
    params: readonly [clientId: string, sessionId: string, status: JobStatus | null, createdAt: string, id: string, limit: number];
    row: {
      id: string;
      sessionId: string;
      status: JobStatus;
      currentStage: string | null;
      progressPercent: number;
      inputType: InputType;
      fileName: string | null;
      fileSize: number | null;
      fileMime: string | null;
      inputUrl: string | null;
      retryCount: number;
      errorCode: string | null;
      errorMessage: string | null;
      createdAt: Date;
      updatedAt: Date;
      startedAt: Date | null;
      completedAt: Date | null;
      createdAtText: string;
      results: readonly ResultSummary[];
    };
  };
  'jobs/list-history-page': {
    params: readonly [clientId: string, sessionId: string, status: JobStatus | null, limit: number, offset: number];
    row: {
      total: number;
      id: string | null;
      sessionId: string | null;
      status: JobStatus | null;
      currentStage: string | null;
      progressPercent: number | null;
      inputType: InputType | null;
      fileName: string | null;
      fileSize: number | null;
      fileMime: string | null;
      inputUrl: string | null;
      retryCount: number | null;
      errorCode: string | null;
      errorMessage: string | null;
      createdAt: Date | null;
      updatedAt: Date | null;
      startedAt: Date | null;
      completedAt: Date | null;
      createdAtText: string | null;
      results: readonly ResultSummary[] | null;
    };
  };
  'jobs/list-stored-inputs': {
    params: readonly [paths: readonly string[]];
    row: {
      inputPath: string;
    };
  };
  'jobs/list-work': {
    params: readonly [ids: readonly string[]];
    row: {
      id: string;
      running: boolean;
      fencingToken: number;
      checkpointData: unknown | null;
      now: Date;
    };
  };
  'jobs/record-progress': {
    params: readonly [id: string, workerId: string, fencingToken: number, stage: string, progressPercent: number];
    row: {
      id: string;
    };
  };
  'jobs/rescue-expired': {
    params: readonly [limit: number, leaseMs: number, errorCode: string, errorMessage: string];
    row: {
      id: string;
      status: JobStatus;
      retryCount: number;
      fencingToken: number;
      workerId: string | null;
    };
  };
  'jobs/save-checkpoint': {
    params: readonly [id: string, workerId: string, fencingToken: number, checkpoint: string];
    row: {
      id: string;
    };
  };
  'jobs/schedule-retry': {
    params: readonly [id: string, workerId: string, fencingToken: number, retryStatus: JobStatus, errorCode: string, errorMessage: string, errorDetails: string | null];
    row: {
      id: string;
      status: JobStatus;
      nextAttemptAt: Date;
    };
  };
  'jobs/start-processing': {
    params: readonly [id: string, workerId: string, fencingToken: number, fileName: string, fileSize: number, fileMime: string, progressPercent: number];
    row: {
      id: string;
    };
  };
  'leases/list-held': {
    params: readonly [workerId: string, jobIds: readonly string[], fencingTokens: readonly number[]];
    row: {
      jobId: string;
    };
  };
  'leases/prolong': {
    params: readonly [workerId: string, jobIds: readonly string[], fencingTokens: readonly number[], leaseMs: number];
    row: {
      jobId: string;
    };
  };
  'migrations/create-table': {
    params: readonly [];
    row: Record<string, never>;
  };
  'migrations/forget-applied': {
    params: readonly [name: string];
    row: Record<string, never>;
  };
  'migrations/list-applied': {
    params: readonly [];
    row: {
      name: string;
      checksum: string;
      appliedAt: Date;
    };
  };
  'migrations/note-applied': {
    params: readonly [name: string, checksum: string];
    row: Record<string, never>;
  };
  'migrations/try-lock': {
    params: readonly [];
    row: {
      locked: boolean;
    };
  };
  'results/find': {
    params: readonly [jobId: string, clientId: string, formatType: string];
    row: {
      id: string;
      formatType: ExportFormat;
      sizeBytes: number;
      generatedAt: Date;
      fileName: string | null;
    };
  };
  'results/list': {
    params: readonly [jobId: string, clientId: string];
    row: {
      id: string;
      formatType: ExportFormat;
      sizeBytes: number;
      generatedAt: Date;
    };
  };
  'results/read-slice': {
    params: readonly [id: string, start: number, length: number];
    row: {
      slice: string;
    };
  };
  'server/database-exists': {
    params: readonly [name: string];
    row: {
      exists: boolean;
    };
  };
  'server/identify': {
    params: readonly [];
    row: {
      identity: string | null;
    };
  };
  'server/ping': {
    params: readonly [];
    row: {
      inRecovery: boolean;
    };
  };
  'server/set-setting': {
    params: readonly [name: string, value: string];
    row: {
      value: string;
    };
  };
  'transactions/begin': {
    params: readonly [];
    row: Record<string, never>;
  };
  'transactions/begin-reading': {
    params: readonly [];
    row: Record<string, never>;
  };
  'transactions/begin-snapshot': {
    params: readonly [];
    row: Record<string, never>;
  };
  'transactions/commit': {
    params: readonly [];
    row: Record<string, never>;
  };
  'transactions/lift-time-limit': {
    params: readonly [];
    row: {
      set_config: string | null;
    };
  };
  'transactions/rollback': {
    params: readonly [];
    row: Record<string, never>;
  };
}

export type StatementName = keyof Statements;

export const STATEMENT_NAMES = [
  'api-keys/authenticate',
  'api-keys/insert',
  'api-keys/list',
  'api-keys/revoke',
  'catalog/list-objects',
  'contents/fix-text',
  'contents/hash-table',
  'contents/list-sequences',
  'contents/list-tables',
  'events/find-position',
  'events/list-after',
  'events/list-changed',
  'events/list-newest-transitions',
  'events/listen',
  'idempotency-keys/claim',
  'idempotency-keys/delete-expired',
  'idempotency-keys/insert-job',
  'idempotency-keys/prolong',
  'idempotency-keys/release',
  'job-counts/fold',
  'job-counts/list',
  'jobs/cancel',
  'jobs/claim-batch',
  'jobs/complete',
  'jobs/count-queued',
  'jobs/delete',
  'jobs/export-history',
  'jobs/fail',
  'jobs/find',
  'jobs/find-input',
  'jobs/find-oldest-waiting',
  'jobs/hand-back',
  'jobs/insert',
  'jobs/insert-retry',
  'jobs/list-client-after',
  'jobs/list-client-by-status-after',
  'jobs/list-history-after',
  'jobs/list-history-page',
  'jobs/list-stored-inputs',
  'jobs/list-work',
  'jobs/record-progress',
  'jobs/rescue-expired',
  'jobs/save-checkpoint',
  'jobs/schedule-retry',
  'jobs/start-processing',
  'leases/list-held',
  'leases/prolong',
  'migrations/create-table',
  'migrations/forget-applied',
  'migrations/list-applied',
  'migrations/note-applied',
  'migrations/try-lock',
  'results/find',
  'results/list',
  'results/read-slice',
  'server/database-exists',
  'server/identify',
  'server/ping',
  'server/set-setting',
  'transactions/begin',
  'transactions/begin-reading',
  'transactions/begin-snapshot',
  'transactions/commit',
  'transactions/lift-time-limit',
  'transactions/rollback',
] as const satisfies readonly StatementName[];
